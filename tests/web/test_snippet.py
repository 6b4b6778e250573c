"""The tags that a page carries."""

from analytics_service.web.snippet import span_tags, tracker_tags, widget_tags, write_tag

URL = "https://stats.example.vn"


def test_the_snippet_counts_with_and_without_scripts() -> None:
    assert tracker_tags(URL, "dn7k2q") == (
        f'<script defer src="{URL}/v.js" data-site="dn7k2q"></script>\n'
        f'<noscript><img src="{URL}/v.gif?s=dn7k2q" alt=""></noscript>'
    )


def test_a_pinned_snippet_names_its_release_and_integrity() -> None:
    pinned = f'src="{URL}/v/0.2.0.js" integrity="sha384-x" crossorigin="anonymous"'
    tags = tracker_tags(URL, "dn7k2q", ("0.2.0", "sha384-x"))
    assert tags.startswith(f'<script defer {pinned} data-site="dn7k2q"></script>\n')


def test_the_widget_is_its_script_and_an_element_around_its_content() -> None:
    assert widget_tags(URL, {"site": "dn7k2q", "variant": "card"}, "…") == (
        f'<script type="module" src="{URL}/w.js"></script>\n'
        '<visitor-stats site="dn7k2q" variant="card">…</visitor-stats>'
    )


def test_figures_in_the_text_are_one_span_each() -> None:
    assert span_tags(URL, "dn7k2q", ("online", "total")).splitlines() == [
        f'<script defer src="{URL}/f.js" data-site="dn7k2q"></script>',
        '<span data-vstats="online"></span>',
        '<span data-vstats="total"></span>',
    ]


def test_no_character_of_a_value_has_a_meaning_of_its_own() -> None:
    assert write_tag("p", {"title": "\"'<{{x}}\n"}) == (
        '<p title="&quot;&#x27;&lt;&#123;&#123;x&#125;&#125; ">'
    )
