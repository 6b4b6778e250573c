"""What was changed, as the audit log and the notes on days tell it: stored names in the reader's words."""

from collections.abc import Mapping
from datetime import date

from analytics_service.domain.audit import COUNT, Entry
from analytics_service.web.dashboard.formats import Formats

_OPENING = "opening "
_SITE = "site "


def name_setting(stored: str, words: Mapping[str, str]) -> str:
    """Returns what a setting is called; one without a word keeps its stored name."""
    if stored.startswith(_OPENING):
        metric = stored.removeprefix(_OPENING)
        return words["change_opening"].format(metric=words.get(metric, metric))
    return words.get(f"change_{stored}", stored)


def write_details(
    entry: Entry, words: Mapping[str, str], formats: Formats, domains: Mapping[int, str]
) -> list[str]:
    """Returns the details of an entry of the log, each with its name: a right names its site."""
    return [_write(name, value, words, formats, domains) for name, value in entry.details.items()]


def _write(
    name: str, value: str, words: Mapping[str, str], formats: Formats, domains: Mapping[int, str]
) -> str:
    if name == COUNT:
        return words["audit_times"].format(count=value)
    number = name.removeprefix(_SITE)
    if number != name and number.isdecimal():
        role = words.get(f"role_{value}", value)
        return f"{domains.get(int(number), f'#{number}')}: {role}"
    return f"{name_setting(name, words)}: {_write_value(name, value, words, formats)}"


def _write_value(name: str, value: str, words: Mapping[str, str], formats: Formats) -> str:
    if name in ("first", "last"):
        return formats.day(date.fromisoformat(value), with_year=True)
    if name == "reason":
        return words.get(f"reason_{value.replace('-', '_')}", value)
    if name in ("rights", "what", "codes", "keys") or value in ("True", "False"):
        return words.get(f"done_{value.lower()}", value)
    return value
