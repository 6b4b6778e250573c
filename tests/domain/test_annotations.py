"""What a note on a day may be."""

import pytest

from analytics_service.domain.annotations import parse_text
from analytics_service.errors import BadParameter


def test_a_text_is_one_line_in_normal_form():
    assert parse_text(" Ba\u0303o so\u0302\u0301\n13\u202e ") == "Bão số 13"


@pytest.mark.parametrize("text", ["", " \n ", "\u202e", "x" * 201])
def test_an_empty_or_long_text_is_refused(text):
    with pytest.raises(BadParameter):
        parse_text(text)
