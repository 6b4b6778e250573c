"""The colours of both themes, and those that follow from the few that an owner chose."""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "accent": "#0b6b88",
    "accent-text": "#ffffff",
    "bg": "#ffffff",
    "text": "#16202c",
    "muted": "#566174",
    "border": "#e3e7ed",
    "live": "#12813c",
}
DARK: Mapping[str, str] = {
    "accent": "#4fc0dc",
    "accent-text": "#06222b",
    "bg": "#151c25",
    "text": "#e9eef5",
    "muted": "#a2aebf",
    "border": "#2b3543",
    "live": "#4cd38a",
}
LEGIBLE = 4.5
"""The least contrast of text (WCAG 2.2, AA)."""
MUTED, FAINT = 0.28, 0.82
BRIGHT = "#8ff0b0"


def completed(chosen: Mapping[str, str], theme: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, and what must change with it to stay legible: nobody chooses all seven."""
    colours = dict(chosen)
    if "accent" in chosen:
        colours.setdefault("accent-text", ink_on(chosen["accent"]))
    if "bg" not in chosen:
        return colours
    ground = chosen["bg"]
    if "text" not in chosen and contrast(theme["text"], ground) < LEGIBLE:
        colours["text"] = ink_on(ground)
    text = colours.get("text", theme["text"])
    # Beside a colour of the owner's own, a grey of ours may be as dark as the ground.
    muted = mixed(text, ground, MUTED)
    colours.setdefault("muted", muted if contrast(muted, ground) >= LEGIBLE else text)
    colours.setdefault("border", mixed(text, ground, FAINT))
    lights = (theme["live"], LIGHT["live"], BRIGHT)
    colours.setdefault("live", max(lights, key=lambda light: contrast(light, ground)))
    return colours


def contrast(one: str, other: str) -> float:
    """How much two colours stand out from each other (WCAG 2): 1 to 21."""
    darker, lighter = sorted((_light(one), _light(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """White or nearly black, whichever stands out more; black where neither is legible."""
    ink = max(("#ffffff", "#06161c"), key=lambda one: contrast(one, colour))
    return ink if contrast(ink, colour) >= LEGIBLE else "#000000"


def mixed(one: str, other: str, part: float) -> str:
    """The first colour with that part of the second."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(own * (1 - part) + its * part):02x}" for own, its in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    header_signals = colour.removeprefix("#")
    if len(header_signals) == 3:
        header_signals = "".join(sign * 2 for sign in header_signals)
    return tuple(int(header_signals[at : at + 2], 16) for at in (0, 2, 4))


def _light(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (one / 255 for one in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
