"""Outlets answer whatever they are asked, within bounds of time and memory."""

import random
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

import pytest

from analytics_service.web.outlets.renderings import CACHE_BYTES
from tests.faults.sizes import soak
from tests.web.outlets.outlet_requests import OUTLETS, got

MANY = soak(300, 10_000)


def resident(service) -> int:
    """Bytes that the worker holds in memory."""
    status = Path(f"/proc/{service.child('worker')}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


def some_query(chance: random.Random) -> str:
    """Parameters as owners and vandals write them."""
    wild = [
        "",
        "x",
        "-1",
        "9" * 40,
        "<script>alert(1)</script>",
        "\u202e\ufffe\x00&quot;",
        "%ZZ",
        "ữ" * 50,
        "a=b;c",
    ]
    fair = {
        "variant": ["list", "inline", "badge", "card", "digits"],
        "items": ["online", "today,week", "total,peak,year", "online,online"],
        "metric": ["visits", "pageviews", "visitors"],
        "lang": ["vi", "en", "EN-us"],
        "labels": ["online=Đang xem", "today=<b>;total=]]>", "week=" + "W" * 40],
        "heading": ["", "Lượt xem", "<svg onload=alert(1)>"],
        "grouping": ["auto", "comma min2", "dot", "space", "none"],
        "digits": ["1", "7", "12"],
        "theme": ["light", "dark", "auto"],
        "width": ["88", "160", "240", "600"],
        "radius": ["0", "24"],
        "accent": ["0b6b88", "#fff", "000"],
        "bg": ["123456"],
        "path": ["/", "/tin-tức"],
        "series": ["7d", "30d", "90d"],
        "count": ["0"],
        "refresh": ["0", "60"],
    }
    names = chance.sample([*fair, "callback", "\x00\r\n\ufffe"], chance.randint(0, 5))
    pairs = [
        (name, chance.choice(fair[name]) if name in fair and chance.random() < 0.85 else chance.choice(wild))
        for name in names
    ]
    return urlencode(pairs, errors="replace")


@pytest.mark.timeout(soak(120, 3600))
@pytest.mark.parametrize("outlet", OUTLETS)
def test_whatever_is_asked_of_an_outlet_it_answers(service, site, outlet) -> None:
    chance = random.Random(7)
    took, statuses, held = [], set(), resident(service)
    for _ in range(MANY):
        query = some_query(chance)
        began = time.perf_counter()
        answer = got(service, outlet, site, query)
        took.append(time.perf_counter() - began)
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 400, 403), (query, answer.text)
        if outlet == "w/{}.svg":
            fromstring(answer.text)
    took.sort()
    p99 = took[int(len(took) * 0.99)] * 1000
    print(
        f"{outlet}: {MANY} requests, p50 {took[MANY // 2] * 1000:.1f} ms, p99 {p99:.1f} ms", file=sys.stderr
    )
    assert statuses >= {200, 400}
    grown = resident(service) - held
    print(f"{outlet}: the worker grew by {grown / 2**20:.1f} MiB", file=sys.stderr)
    # The cache takes up to 16 MiB; the renderer takes its own memory, and the allocator its share.
    assert grown < 4 * CACHE_BYTES
