"""Every error that the service raises on purpose.

AnalyticsError
├── Refused          the caller's fault; nothing was stored (4xx)
│   ├── BadBeacon    a beacon that is malformed
│   ├── BadParameter a query parameter that is unknown or has no such value
│   ├── BadLogin     a name, password or code that lets nobody in
│   ├── Forbidden    what the caller has no right to do
│   ├── NameTaken    a name that is another site's
│   ├── MailRefused  a mail that the mail server refused for good
│   ├── NotKept      a query that needs visits and views that are no longer stored
│   ├── NotPublic    figures that a site's owner has not made public
│   ├── TooMany      more requests than one caller may send
│   ├── Unauthenticated  a caller who shows no key, or none that is valid
│   └── UnknownSite  no site of that name that may be seen
├── LeaseLost        another applier has taken over; this one's process must end
└── Unavailable      ours, for now; the caller may try again (503)
    ├── Damaged      a file that can no longer be read as what it was
    ├── Outdated     a database of another release
    ├── TooHeavy     a query that took longer than it may
    └── WriteFailed  a transaction on the figures that failed; the applier's process must end
"""

from collections.abc import Sequence
from datetime import date


class AnalyticsError(Exception):
    """The root: anything raised on purpose."""


class Refused(AnalyticsError):
    """The caller asked for what cannot be given."""


class BadBeacon(Refused):
    """A beacon whose field is malformed."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class BadParameter(Refused):
    """A parameter that is unknown (`code` "unknown") or holds no allowed value ("enum", "value")."""

    def __init__(self, parameter: str, code: str, problem: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(f"{parameter}: {problem}")
        self.parameter = parameter
        self.code = code
        self.allowed = tuple(allowed)


class NameTaken(Refused):
    """A name that is another site's, now or before; `domain` is that site's, empty where it is gone."""

    def __init__(self, name: str, domain: str, *, is_deleted: bool = False) -> None:
        if is_deleted:
            problem = f"there is a deleted site {domain!r}; bring it back with `site restore {domain}`"
        elif name == domain:
            problem = f"there is already a site {name!r}; see `site list`"
        else:
            owner = f"is the public id of {domain}" if domain else "was the public id of a site"
            problem = f"{name!r} {owner}; choose another name"
        super().__init__(problem)
        self.name = name
        self.domain = domain
        self.is_deleted = is_deleted


class BadLogin(Refused):
    """A name, password, code or link that lets nobody in; it says nothing of which part was wrong."""

    def __init__(self, problem: str = "name or password is wrong") -> None:
        super().__init__(problem)


class MailRefused(Refused):
    """A mail that the mail server refused for good: another try would end like this one."""


class NotKept(Refused):
    """A query that needs visits and views of days that are no longer stored.

    `kept_since` is the first day that is; `nearest` are first and last day of a period that can be answered.
    """

    def __init__(self, kept_since: date, nearest: tuple[date, date]) -> None:
        super().__init__(
            f"visits and page views are stored since {kept_since} only: "
            f"ask for from={nearest[0]} and to={nearest[1]}, or without filters"
        )
        self.kept_since = kept_since
        self.nearest = nearest


class NotPublic(Refused):
    """A figure that the site's owner keeps private; `allowed` are those that are public."""

    def __init__(self, parameter: str, value: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{parameter}: {value!r} is not public for this site")
        self.parameter = parameter
        self.allowed = tuple(allowed)


class UnknownSite(Refused):
    """No site of that name, or none that this caller may see: the answer is the same."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no site {name!r}")
        self.name = name


class Unauthenticated(Refused):
    """A caller who has to show who they are; `is_invalid` where what they showed is not valid."""

    def __init__(self, problem: str, *, is_invalid: bool = False) -> None:
        super().__init__(problem)
        self.is_invalid = is_invalid


class Forbidden(Refused):
    """An action that this caller has no right to; `scope` is what their key would need."""

    def __init__(self, action: str, *, scope: str | None = None) -> None:
        needed = f": the key needs the scope {scope}" if scope else ""
        super().__init__(f"not allowed to {action}{needed}")
        self.scope = scope


class TooMany(Refused):
    """More requests than one caller may send; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests")
        self.retry_after = retry_after


class LeaseLost(AnalyticsError):
    """Another applier has taken over: whoever writes under the old lease must end."""


class Unavailable(AnalyticsError):
    """What cannot be done right now; `retry_after` is in seconds."""

    def __init__(self, problem: str, retry_after: int = 5) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class Damaged(Unavailable):
    """A database file that can no longer be read; only a backup, or setting the file aside, helps."""


class Outdated(Unavailable):
    """A database of another release, until the applier has brought it up to date."""


class TooHeavy(Unavailable):
    """A query that was ended because it took longer than it may; `narrow` are parameters that would help."""

    def __init__(self, seconds: float, narrow: Sequence[str]) -> None:
        super().__init__(
            f"the query took longer than {seconds:g} seconds: ask for less in {' or '.join(narrow)}"
        )
        self.narrow = tuple(narrow)


class WriteFailed(Unavailable):
    """A transaction on the figures, or the reading that prepares one, failed.

    What the applier keeps in memory may be of that transaction and not of the file: the process ends, and
    another begins from what is stored. Nobody goes on after it, whoever asked for the work.
    """
