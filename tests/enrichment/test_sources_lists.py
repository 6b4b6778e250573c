"""The lists that the service ships: what may stand in them, and how they are renewed."""

from collections.abc import Mapping

import pytest

from analytics_service.enrichment.sources import Spam, acquisition_of
from tests.renew_lists import DATA, source_lines, spam_lines

NONE: frozenset[str] = frozenset()


def _public_sources() -> Mapping[str, str]:
    lines = (DATA / "public_sources.tsv").read_text("utf-8").splitlines()
    fields = [line.split("\t") for line in lines if not line.startswith("#")]
    return {host: channel for channel, _, host in fields}


def test_the_list_of_sources_is_long_and_says_whose_it_is() -> None:
    assert len(_public_sources()) > 500
    assert "MIT License" in (DATA / "public_sources.tsv").read_text("utf-8")
    assert (DATA / "LICENSE.public_sources.txt").read_text("utf-8").startswith("MIT License")


def test_no_host_that_sends_visitors_is_taken_for_a_forged_one() -> None:
    spam = Spam()
    assert [host for host in (*_public_sources(), "zalo.me", "www.google.com.vn") if spam.is_spam(host)] == []


def test_a_renewed_list_of_sources_uses_our_names_and_leaves_out_what_cannot_match() -> None:
    listed = {
        "www.Twitter.com": {"medium": "social", "source": "Twitter"},
        "coccoc.net": {"medium": "search", "source": "cốc cốc"},
        "google.co.uk": {"medium": "search", "source": "Google"},
        "orange.fr/webmail": {"medium": "email", "source": "Orange"},
        "com.google.android.gm": {"medium": "email", "source": "Gmail"},
        "ads.example": {"medium": "paid", "source": "Ads"},
    }
    assert source_lines(listed, {"Cốc Cốc", "X"}) == [
        "campaign\tAds\tads.example",
        "search\tCốc Cốc\tcoccoc.net",
        "social\tX\ttwitter.com",
    ]


def test_a_renewed_list_of_spammers_holds_hosts_in_one_form_and_no_source_of_ours() -> None:
    text = "BAD.example\n\nbad.example\ncảnh-báo.example\nzalo.me\nnot a host\n"
    assert spam_lines(text, {"zalo.me"}) == ["bad.example", "xn--cnh-bo-tta3502d.example"]


@pytest.mark.parametrize("host", ["mail.naver.com", "webmail.dodo.com.au"])
def test_a_host_of_the_public_list_has_its_channel(host: str) -> None:
    assert acquisition_of(host, (), NONE).channel == "email"
