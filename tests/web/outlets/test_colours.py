"""Colours that follow from those that an owner chose."""

import pytest

from analytics_service.web.outlets.colours import DARK, LIGHT, MIN_CONTRAST, complete_colours, contrast


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_whatever_ground_and_accent_are_chosen_the_rest_stays_legible(theme) -> None:
    shades = ("00", "55", "7a", "aa", "ff")
    for ground in (f"#{red}{green}{blue}" for red in shades for green in shades for blue in shades):
        colours = {**theme, **complete_colours({"bg": ground, "accent": ground}, theme)}
        assert contrast(colours["text"], ground) >= MIN_CONTRAST
        assert contrast(colours["muted"], ground) >= MIN_CONTRAST
        assert contrast(colours["accent-text"], ground) >= MIN_CONTRAST
        assert contrast(colours["live"], ground) >= 1.7, ground
    assert complete_colours({}, theme) == {}


def test_an_owners_own_colours_are_never_changed() -> None:
    own = dict.fromkeys(LIGHT, "#777777")
    assert complete_colours(own, LIGHT) == own
