"""Signs of life in a data folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics_service.operating.lock_holders import SERVE_LOCK, find_last_alive, note_alive

AT = datetime(2026, 11, 22, 6, 53, tzinfo=UTC)


def test_a_folder_is_noted_to_be_served_once_a_minute(tmp_path: Path) -> None:
    (tmp_path / SERVE_LOCK).touch()
    note_alive(tmp_path, AT + timedelta(days=900))
    assert find_last_alive(tmp_path) == AT + timedelta(days=900)
    note_alive(tmp_path, AT + timedelta(days=900, seconds=59))
    assert find_last_alive(tmp_path) == AT + timedelta(days=900)
    note_alive(tmp_path, AT + timedelta(days=900, seconds=60))
    assert find_last_alive(tmp_path) == AT + timedelta(days=900, seconds=60)


def test_a_folder_that_was_never_served_says_so(tmp_path: Path) -> None:
    note_alive(tmp_path, AT)
    assert find_last_alive(tmp_path) is None
