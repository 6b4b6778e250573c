"""Numbers as people read them."""

from analytics_service.web.outlets.query import Grouping, WidgetOptions
from analytics_service.web.translations import Numbers, words

UNKNOWN = "–"
# What CLDR writes between thousands in English, German and French.
_SIGNS = {Grouping.COMMA: ",", Grouping.DOT: ".", Grouping.SPACE: "\u202f"}


def number(value: int | None, look: WidgetOptions) -> str:
    """The number grouped as the look wants it, a dash where nobody knows it."""
    if value is None:
        return UNKNOWN
    if look.grouping is Grouping.NONE:
        return str(value)
    own: Numbers = words(look.lang).numbers
    sign = own.group if look.grouping is Grouping.AUTO else _SIGNS[look.grouping]
    least = 2 if look.min2 else own.least if look.grouping is Grouping.AUTO else 1
    # With two digits at least before the first sign, 2146 stays whole.
    return str(value) if abs(value) < 10 ** (least + 2) else f"{value:,}".replace(",", sign)
