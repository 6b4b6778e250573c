"""The system page says what `status` and `doctor` say."""

from analytics_service import __version__
from tests.web.dashboard.settings.conftest import Stand


def test_the_state_of_the_service_is_on_one_page(stand: Stand) -> None:
    page = stand.people["ann"].get("/settings/system").text
    assert __version__ in page
    assert str(stand.service.data) in page
    assert "Figures are behind by" in page


def test_the_check_is_that_of_the_command(stand: Stand) -> None:
    page = stand.people["ann"].get("/settings/system?check").text
    for about in ("data folder", "disk space", "clock"):
        assert f"<b>{about}</b>" in page
