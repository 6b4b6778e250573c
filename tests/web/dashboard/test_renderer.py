"""What every page is given: also whom the licence of the places wants named."""

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

from tests.service import add_site, run, serving
from tests.web.dashboard.conftest import make_code
from tests.web.dashboard.stand import PASSWORD, Person

CREDIT = '<a href="https://db-ip.com" rel="noreferrer">IP Geolocation by DB-IP</a>'


def test_figures_name_whom_the_licence_of_the_places_wants_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="DBIP-City-Lite")
    writer.insert_network(IPSet(["113.160.0.0/16"]), {"city": {"names": {"en": "Hue"}}})
    writer.to_db_file(str(tmp_path / "city.mmdb"))
    done = run("places", "update", "--from", str(tmp_path / "city.mmdb"), data=data)
    assert done.returncode == 0, done.stderr
    with serving(data) as service:
        site = add_site(data, "a.example.vn")["public_id"]
        person = Person(service)
        person.send("/setup", code=make_code(service), name="ann", password=PASSWORD, repeated=PASSWORD)
        for page in (f"/s/{site}?skip=1", f"/s/{site}/realtime"):
            answer = person.get(page)
            assert answer.status_code == 200, answer.headers
            assert CREDIT in answer.text


def test_without_such_a_file_nobody_is_named(ann: Person) -> None:
    site = add_site(ann.service.data, "nobody-named.example.vn")["public_id"]
    assert "db-ip.com" not in ann.get(f"/s/{site}?skip=1").text
