"""A page view that a program sends, as the README shows it."""

import argparse
import re
import shlex
from pathlib import Path

import httpx2

from tests.service import add_site, serving, until

README = Path(__file__).parents[2] / "README.md"


def curl_of_the_readme() -> argparse.Namespace:
    """The options of the README's command that sends a page view."""
    command = re.search(r"^curl (-i [^\n]*/v(?:[^\n]*\\\n)+[^\n]*)", README.read_text("utf-8"), re.MULTILINE)
    assert command is not None
    parser = argparse.ArgumentParser()
    parser.add_argument("-i", action="store_true")
    parser.add_argument("url")
    parser.add_argument("-A")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-d")
    return parser.parse_args(shlex.split(command.group(1).replace("\\\n", " ")))


def test_the_readmes_page_view_counts_also_behind_an_https_proxy(tmp_path: Path) -> None:
    shown = curl_of_the_readme()
    headers = dict(header.split(": ") for header in shown.H) | {"User-Agent": shown.A}
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "cantho.example.vn")["public_id"]
        until(
            lambda: service.beacon(site, "https://cantho.example.vn/").headers["x-vstats"], "counted".__eq__
        )
        for proto in ("http", "https"):
            answer = httpx2.post(
                f"{service.url}/v",
                content=shown.d.replace("dn7k2q", site),
                headers=headers | {"X-Forwarded-Proto": proto, "X-Forwarded-For": "203.0.113.7"},
            )
            assert (proto, answer.headers["x-vstats"]) == (proto, "counted")
