"""The code for each platform."""

import pytest

from analytics_service.web.dashboard.platforms import PLATFORMS, write_policy, write_snippet

URL = "https://tk.example.vn"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_gets_this_service_and_this_site(platform):
    code = write_snippet(platform, URL, "dn7k2q")
    assert f"{URL}/v.js" in code
    assert "dn7k2q" in code


def test_an_unknown_platform_gets_the_tags_of_a_page():
    assert write_snippet("<script>", URL, "dn7k2q") == write_snippet("html", URL, "dn7k2q")


def test_the_policy_names_what_the_snippet_needs():
    assert write_policy(URL) == f"script-src {URL}; connect-src {URL}; img-src {URL}"
