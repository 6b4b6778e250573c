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
MIN_CONTRAST = 4.5
"""The least contrast of text (WCAG 2.2, AA)."""
MUTED, FAINT = 0.28, 0.82
BRIGHT = "#8ff0b0"
LABEL_BACKGROUND, LABEL_TEXT, LABEL_LIVE = "#3e4856", "#ffffff", DARK["live"]
"""Of a badge's labels, in both themes."""


def complete_colours(chosen: Mapping[str, str], theme: Mapping[str, str]) -> dict[str, str]:
    """Returns the chosen colours with those of the theme that must change with them to stay legible."""
    colours = dict(chosen)
    if "accent" in chosen:
        colours.setdefault("accent-text", contrasting_ink(chosen["accent"]))
    if "bg" not in chosen:
        return colours
    ground = chosen["bg"]
    if "text" not in chosen and contrast(theme["text"], ground) < MIN_CONTRAST:
        colours["text"] = contrasting_ink(ground)
    text = colours.get("text", theme["text"])
    # Beside a colour of the owner's own, a grey of ours may be as dark as the ground.
    muted = mix(text, ground, MUTED)
    colours.setdefault("muted", muted if contrast(muted, ground) >= MIN_CONTRAST else text)
    colours.setdefault("border", mix(text, ground, FAINT))
    lights = (theme["live"], LIGHT["live"], BRIGHT)
    colours.setdefault("live", max(lights, key=lambda light: contrast(light, ground)))
    return colours


def contrast(one: str, other: str) -> float:
    """Returns the contrast of two colours (WCAG 2), from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def contrasting_ink(colour: str) -> str:
    """Returns white or nearly black, whichever has more contrast; black where neither is legible."""
    ink = max(("#ffffff", "#06161c"), key=lambda one: contrast(one, colour))
    return ink if contrast(ink, colour) >= MIN_CONTRAST else "#000000"


def mix(one: str, other: str, part: float) -> str:
    """Returns the first colour mixed with that part, from 0 to 1, of the second."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(own * (1 - part) + its * part):02x}" for own, its in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (one / 255 for one in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
