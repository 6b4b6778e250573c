"""A running service with some views, for the tests of commands."""

from tests.service import Service, add_site, known, until

VIEWS = 30


def fill(service: Service) -> str:
    """Adds a site, sends views of seven visitors, and returns its public id once all are applied."""
    site: str = add_site(service.data, "x.example.vn")["public_id"]
    known(service, site)
    for page in range(VIEWS):
        headers = {"x-forwarded-for": f"203.0.113.{page % 7}"}
        assert service.beacon(site, f"https://x.example.vn/{page % 5}", headers).status_code == 202
    until(lambda: service.counts(site, "total", "pageviews")["total"], VIEWS.__eq__)
    return site
