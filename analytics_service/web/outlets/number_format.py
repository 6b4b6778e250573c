"""Numbers as people read them, with grouped digits."""

from analytics_service.web.outlets.options import Grouping, WidgetOptions
from analytics_service.web.translations import Numbers, load_words

UNKNOWN = "–"
# What CLDR writes between thousands in English, German and French.
_SEPARATORS = {Grouping.COMMA: ",", Grouping.DOT: ".", Grouping.SPACE: "\u202f"}


def format_number(value: int | None, options: WidgetOptions) -> str:
    """Returns the number with its digits grouped as the options say, or a dash where it is not known."""
    if value is None:
        return UNKNOWN
    if options.grouping is Grouping.NONE:
        return str(value)
    own: Numbers = load_words(options.lang).numbers
    separator = own.group if options.grouping is Grouping.AUTO else _SEPARATORS[options.grouping]
    least = 2 if options.min2 else own.least if options.grouping is Grouping.AUTO else 1
    # With two digits at least before the first separator, 2146 stays whole.
    return str(value) if abs(value) < 10 ** (least + 2) else f"{value:,}".replace(",", separator)
