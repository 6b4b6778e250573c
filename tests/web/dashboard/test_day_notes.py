"""Notes on days: in words, on the days of the site."""

from datetime import UTC, date, datetime

from analytics_service.administering.service_notes import BETWEEN
from analytics_service.domain.annotations import Annotation, AnnotationKind
from analytics_service.domain.site import ZoneSince
from analytics_service.web.dashboard.day_notes import find_day
from tests.service import Service
from tests.web.dashboard.stand import Person, problems

ZONES = (ZoneSince(date.min, "Asia/Ho_Chi_Minh"),)
EVENING = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
"""At half past one of the next day in Vietnam."""


def note(kind: AnnotationKind, text: str) -> Annotation:
    return Annotation(site=None, day=EVENING.date(), text=text, by="", made_at=EVENING, kind=kind)


def test_a_note_of_the_service_stands_on_the_day_of_the_site() -> None:
    ends = BETWEEN.join((EVENING.isoformat(), EVENING.replace(hour=19).isoformat()))
    assert find_day(note(AnnotationKind.RELEASE, "0.2.0"), ZONES) == date(2026, 11, 26)
    assert find_day(note(AnnotationKind.OUTAGE, ends), ZONES) == date(2026, 11, 26)
    assert find_day(note(AnnotationKind.PERSON, "Bão số 13"), ZONES) == date(2026, 11, 25)


def test_what_changed_is_noted_in_words_and_errors_of_a_note_are_too(service: Service, ann: Person) -> None:
    ann.headers = {"Accept-Language": "vi"}
    added = ann.send(
        "/sites/new", domain="notes.example.vn", timezone="Asia/Ho_Chi_Minh", week_start="monday"
    )
    path = added.headers["location"]
    again = ann.send("/sites/new", domain="notes.example.vn", timezone="Asia/Ho_Chi_Minh")
    assert problems(again)[-1] == "Đã có website notes.example.vn."
    form = {"timezone": "Asia/Ho_Chi_Minh", "week_start": "sunday", "locale": "vi"}
    given = {**form, "name": "Ghi chú", "domain": "notes.example.vn", "host_names": "b.example.vn"}
    assert ann.send(f"{path}/settings/general", **given).status_code == 303
    notes = ann.get(f"{path}/notes").text
    assert "Đổi cài đặt: ngày đầu tuần, tên, tên máy chủ" in notes
    far = ann.send(f"{path}/notes", day="9999-12-31", text="x")
    assert "Ngày này không dùng được: hãy chọn một ngày có thật, không quá xa." in far.text
    assert "Khoảng thời gian này không dùng được." in ann.get(f"{path}?period=9999d&skip=1").text
    audit = ann.get("/settings/audit").text
    assert ">notes.example.vn</td>" in audit
    assert "notes.example.vn notes.example.vn" not in audit
    deletion = ann.send(f"{path}/settings/delete", domain="x")
    assert "Chưa xóa gì. Hãy xem lại ô được đánh dấu." in problems(deletion)
