"""Names by which a site is found, and until when those of before are answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analytics_service.domain.site import FormerId
from analytics_service.domain.site_names import find_by_name, index_sites, next_expiry
from tests.contracts.test_sites import a_site

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RENAMED = replace(
    a_site("a.example.vn", public_id="new"),
    number=1,
    former_ids=(FormerId("old", AT), FormerId("older", AT - HOUR)),
)
OTHER = replace(a_site("b.example.vn", public_id="other"), number=2)


def test_a_public_id_of_before_is_answered_until_its_end_and_no_longer() -> None:
    for at, names in ((AT - 2 * HOUR, {"old", "older"}), (AT - HOUR, {"old"}), (AT, set())):
        index = index_sites([OTHER, RENAMED], at)
        now = {"1", RENAMED.uuid, "new", "a.example.vn"}
        assert {name for name, site in index.items() if site is RENAMED} == now | names
        assert find_by_name(index, "www.b.example.vn") is OTHER
    assert next_expiry([OTHER, RENAMED], AT - 2 * HOUR) == AT - HOUR
    assert next_expiry([OTHER, RENAMED], AT - HOUR) == AT
    assert next_expiry([OTHER, RENAMED], AT) is None


def test_a_public_id_of_before_takes_no_name_that_another_site_has_now() -> None:
    wanting = replace(RENAMED, former_ids=(FormerId("other", AT),))
    assert index_sites([wanting, OTHER], AT - HOUR)["other"] is OTHER
