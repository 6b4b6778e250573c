"""What figures are broken down by, and what a visit is described with."""

from enum import IntEnum
from typing import NamedTuple

OTHER = "\x1a"
"""What a further value becomes where a day has too many of them: a sign that no text from outside has."""


class Dimension(IntEnum):
    """What a rollup is broken down by; the numbers are stored."""

    SITE = 0
    PAGE = 1
    ENTRY_PAGE = 2
    EXIT_PAGE = 3
    HOSTNAME = 4
    SOURCE = 5
    CHANNEL = 6
    CAMPAIGN = 7
    UTM_SOURCE = 8
    UTM_MEDIUM = 9
    UTM_CONTENT = 10
    UTM_TERM = 11
    COUNTRY = 12
    REGION = 13
    CITY = 14
    BROWSER = 15
    BROWSER_VERSION = 16
    SYSTEM = 17
    SYSTEM_VERSION = 18
    DEVICE = 19
    SCREEN = 20
    LANGUAGE = 21
    EVENT = 22

    @property
    def word(self) -> str:
        """Its name in identifiers, JSON and on the command line."""
        return self.name.lower()


class Acquisition(NamedTuple):
    """Where a visit came from; what is not known is empty."""

    source: str = ""
    channel: str = ""
    campaign: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_content: str = ""
    utm_term: str = ""


class Location(NamedTuple):
    """Where a visitor is; what is not known is empty."""

    country: str = ""
    region: str = ""
    city: str = ""


class Technology(NamedTuple):
    """What a visitor looks through; a version carries the name of what it is a version of."""

    browser: str = ""
    browser_version: str = ""
    system: str = ""
    system_version: str = ""
    device: str = ""
    screen: str = ""
    language: str = ""


class VisitAttributes(NamedTuple):
    """All that a visit is described with besides its pages."""

    hostname: str
    origin: Acquisition = Acquisition()
    place: Location = Location()
    technology: Technology = Technology()


BROKEN_DOWN = tuple(dimension for dimension in Dimension if dimension is not Dimension.SITE)
OF_VISITS = tuple(one for one in BROKEN_DOWN if one not in (Dimension.PAGE, Dimension.EVENT))
"""The dimensions that have visits, in the order in which `values_of` gives their values."""


def values_of(entry_page: str, exit_page: str, attributes: VisitAttributes) -> tuple[str, ...]:
    """A visit's value of each dimension in OF_VISITS; an empty one is not known."""
    return (entry_page, exit_page, *to_values(attributes))


def to_values(attributes: VisitAttributes) -> tuple[str, ...]:
    """Traits as a fact tells them."""
    return (attributes.hostname, *attributes.origin, *attributes.place, *attributes.technology)


def attributes_from_values(words: tuple[str, ...]) -> VisitAttributes:
    """Traits out of what `to_values` made."""
    hostname, *rest = words
    return VisitAttributes(hostname, Acquisition(*rest[:7]), Location(*rest[7:10]), Technology(*rest[10:]))


def from_values(values: tuple[str, ...]) -> tuple[str, str, VisitAttributes]:
    """Entry page, exit page and traits out of the values in the order of OF_VISITS."""
    entry, leave, *words = values
    return entry, leave, attributes_from_values(tuple(words))
