"""The periods that can be chosen, each with its key, and the ones before and after the one shown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.period_forms import Instants, Named, Period, Unit, next_month
from analytics_service.domain.ranges import Grain, Range, resolve
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.formats import Formats

_DAY = timedelta(days=1)
# The letters are Plausible's, so that habits carry over.
CHOICES: tuple[tuple[Named, str] | None, ...] = (
    (Named.TODAY, "D"),
    (Named.YESTERDAY, "E"),
    None,
    (Named.DAYS_7, "W"),
    (Named.DAYS_28, "F"),
    (Named.DAYS_30, "T"),
    (Named.DAYS_91, "N"),
    None,
    (Named.WEEK, ""),
    (Named.LAST_WEEK, ""),
    (Named.MONTH, "M"),
    (Named.LAST_MONTH, "P"),
    (Named.YEAR, "Y"),
    (Named.MONTHS_12, "L"),
    (Named.ALL, "A"),
)
_PERIOD = ("period", "from", "to", "cursor")


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu."""

    label: str
    href: str
    key: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class RangeMenu:
    """What the bar shows of the period; `groups` are parted by lines."""

    label: str
    groups: tuple[tuple[Choice, ...], ...]
    before: str
    after: str
    first: str
    last: str
    latest: str


def make_range_menu(
    period: Period, calendar: Calendar, at: datetime, address: Address, formats: Formats
) -> RangeMenu:
    """Returns the menu of periods; addresses are empty where there is nothing before or after."""
    whole = resolve(period, calendar, at)
    groups: list[list[Choice]] = [[]]
    base = address.without(*_PERIOD)
    for one in CHOICES:
        if one is None:
            groups.append([])
            continue
        name, key = one
        label = formats.words.dashboard[f"period_{name.value}"]
        groups[-1].append(Choice(label, str(base.having(period=name.value)), key, name == period))
    before, after = _neighbours(period, whole, calendar, at)
    return RangeMenu(
        label=name_period(period, whole, formats),
        groups=tuple(tuple(group) for group in groups),
        before=str(base.having(**before)) if before else "",
        after=str(base.having(**after)) if after else "",
        first=whole.first.isoformat(),
        last=whole.last.isoformat(),
        latest=calendar.today(at).isoformat(),
    )


def name_period(period: Period, whole: Range, formats: Formats) -> str:
    """Returns what a period is called: its name, else its days, or its hours."""
    if isinstance(period, Named):
        return formats.words.dashboard[f"period_{period.value}"]
    if whole.grain is Grain.HOUR:
        hours = (f"{formats.day(at.date())} {at:%H:%M}" for at in (whole.start, whole.end))
        return " – ".join(hours)
    if whole.unit is Unit.MONTH:
        return formats.month(whole.first)
    if whole.unit is Unit.YEAR:
        return str(whole.first.year)
    return formats.days(whole.first, whole.last)


def _neighbours(
    period: Period, whole: Range, calendar: Calendar, at: datetime
) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the parameters of the periods before and after: as many days, or a week, month or year."""
    if isinstance(period, Instants) or period is Named.ALL:
        return {}, {}
    first = whole.first
    if whole.unit is Unit.MONTH:
        earlier, later = (first - _DAY).replace(day=1), next_month(first)
        pair = ({"period": f"{earlier:%Y-%m}"}, {"period": f"{later:%Y-%m}"})
    elif whole.unit is Unit.YEAR:
        later = first.replace(year=first.year + 1)
        pair = ({"period": str(first.year - 1)}, {"period": str(later.year)})
    else:
        count = 7 if whole.unit is Unit.WEEK else calendar.count_days(first, whole.last)
        later = calendar.step(first, count)
        today = calendar.today(at)
        pair = (
            _days(calendar.step(first, -count), calendar.step(first, -1), today),
            _days(later, calendar.step(later, count - 1), today),
        )
    return pair[0], pair[1] if later <= calendar.today(at) else {}


def _days(first: date, last: date, today: date) -> dict[str, str]:
    if first == last:
        return {"period": "today" if first == today else str(first)}
    return {"from_": str(first), "to": str(last)}
