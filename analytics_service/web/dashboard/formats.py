"""Numbers, dates and durations as a language writes them: the one place that does so for the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from analytics_service.web.translations import FOLDER, Words, load_words

UNKNOWN = "–"
_DAY = timedelta(days=1)
_COMPACT = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))


class CldrNames(msgspec.Struct, frozen=True):
    """What a language calls countries and languages, by their codes (CLDR)."""

    countries: Mapping[str, str]
    languages: Mapping[str, str]


@cache
def load_names(language: str) -> CldrNames:
    """Returns the names of countries and languages."""
    file: Path = FOLDER / "cldr" / f"{language}.json"
    return msgspec.json.decode(file.read_bytes(), type=CldrNames)


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language writes figures and dates; `today` decides where a year is left out."""

    words: Words
    today: date

    def word(self, name: str, **values: object) -> str:
        """Words of the dashboard, with values in their places."""
        return self.words.dashboard[name].format(**values)

    def count(self, number: float | None) -> str:
        """A whole number with grouped digits."""
        if number is None:
            return UNKNOWN
        return f"{round(number):,}".replace(",", self.words.numbers.group)

    def decimal(self, number: float | None, places: int = 1) -> str:
        """A number with that many digits behind the sign; zeros at its end are left out."""
        if number is None:
            return UNKNOWN
        whole, _, rest = f"{number:,.{places}f}".partition(".")
        rest = rest.rstrip("0")
        whole = whole.replace(",", self.words.numbers.group)
        return f"{whole}{self.word('decimal_sign')}{rest}" if rest else whole

    def compact(self, number: float) -> str:
        """A number as an axis shows it: 1,5 N or 1.5k."""
        for size, name in _COMPACT:
            if abs(number) >= size:
                return self.word(name, number=self.decimal(number / size))
        return self.decimal(number, 2)

    def percent(self, part: float | None) -> str:
        """A part of 1 as per cent, with one digit behind the sign."""
        return UNKNOWN if part is None else f"{self.decimal(part * 100)}%"

    def duration(self, seconds: float | None) -> str:
        """Seconds as hours, minutes and seconds, of which the two largest are shown."""
        if seconds is None:
            return UNKNOWN
        whole = round(seconds)
        hours, minutes = whole // 3600, whole % 3600 // 60
        if hours:
            return self.word("hours_minutes", hours=self.count(hours), minutes=minutes)
        if minutes:
            return self.word("minutes_seconds", minutes=minutes, seconds=whole % 60)
        return self.word("only_seconds", seconds=whole)

    def day(self, day: date, *, with_year: bool = False, with_weekday: bool = False) -> str:
        """A day; without being asked for, the year stands where it is not this one."""
        form = "day_year" if with_year or day.year != self.today.year else "day"
        written = self.word(form, d=day.day, m=self._month(day), y=day.year)
        if not with_weekday:
            return written
        weekday = self.words.dashboard["weekdays"].split("|")[day.weekday()]
        return self.word("long_day", weekday=weekday, day=written)

    def moment(self, at: datetime) -> str:
        """A day with its year, hour and minute; UTC is named, the clock of a site is not."""
        zone = " UTC" if at.tzinfo is UTC else ""
        return f"{self.day(at.date(), with_year=True)} {at:%H:%M}{zone}"

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return self.word("month_year", m=self._month(day), y=day.year)

    def days(self, first: date, last: date) -> str:
        """Two days with what lies between them; one day stands alone."""
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"

    def _month(self, day: date) -> str:
        return self.words.dashboard["months"].split("|")[day.month - 1]


def formats_of(language: str, today: date) -> Formats:
    """Returns how a language writes figures and dates on that day."""
    return Formats(load_words(language), today)
