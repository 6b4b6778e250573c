"""The system page says what `status` and `doctor` say."""

from datetime import date

from analytics_service import __version__
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.settings.system import format_size
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


def test_sizes_and_the_note_on_english_are_in_the_language_of_the_page(stand: Stand) -> None:
    vi, en = formats_of("vi", date(2026, 11, 25)), formats_of("en", date(2026, 11, 25))
    assert (format_size(3 * 1024**2 // 2, vi), format_size(3 * 1024**2 // 2, en)) == ("1,5 MiB", "1.5 MiB")
    assert (format_size(2 * 1024**3, vi), format_size(12, vi)) == ("2 GiB", "12 B")
    ann = stand.people["ann"]
    page = ann.get("/settings/system", headers={"Accept-Language": "vi"}).text
    assert "Kết quả kiểm tra viết bằng tiếng Anh." in page
    assert "What the check says is in English." not in ann.get("/settings/system").text
