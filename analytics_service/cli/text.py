"""Text that commands print: counts with their noun, sizes, JSON."""

import msgspec

_UNITS = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def format_count(count: int, singular: str, plural: str = "") -> str:
    """Returns a count with its noun: "1 site", "2 sites"; a plural that is not regular is given."""
    return f"{count} {singular if count == 1 else plural or f'{singular}s'}"


def format_size(size: int) -> str:
    """Returns a size in bytes with the largest unit that fits: "1.5 MiB"."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def format_json(value: object) -> str:
    """Returns the value as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
