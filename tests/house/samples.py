"""Small samples: what each check must find, what none may find, and sketches of what comes next."""

from tests.house import floors, sizes, words


def lines(count: int, indent: str = "") -> str:
    """Returns that many lines of code."""
    return f"{indent}x = 1\n" * count


WRONG = [
    (floors.crossed_floors, "domain/visits.py", "import analytics_service.ports", ":analytics_service.ports"),
    (floors.crossed_floors, "ports/live.py", "from analytics_service.web import e", ":analytics_service.web"),
    (
        floors.crossed_floors,
        "live/redis.py",
        "from analytics_service import storage",
        ":analytics_service.storage",
    ),
    (floors.crossed_floors, "live/redis.py", "from ..limits import x", ":analytics_service.limits"),
    (floors.crossed_floors, "live/redis.py", "from .. import journal", ":analytics_service.journal"),
    (
        floors.crossed_floors,
        "app/parts.py",
        "def f():\n    from ..settings import read",
        ":analytics_service.settings",
    ),
    (
        floors.crossed_floors,
        "cli/main.py",
        "import analytics_service.__main__",
        ":analytics_service.__main__",
    ),
    (floors.crossed_floors, "errors.py", "from .domain import x", ":analytics_service.domain"),
    (
        floors.crossed_floors,
        "client/api.py",
        "from analytics_service.errors import X",
        ":analytics_service.errors",
    ),
    (
        floors.crossed_floors,
        "interop/plausible.py",
        "from analytics_service.web.intake import x",
        ":analytics_service.web.intake",
    ),
    (
        floors.crossed_floors,
        "web/api/sites.py",
        "from analytics_service.attic import x",
        ":analytics_service.attic",
    ),
    (floors.crossed_floors, "attic.py", "", ""),
    (
        floors.implementations_named,
        "web/counter.py",
        "from ..storage import x",
        ":analytics_service.storage",
    ),
    (
        floors.implementations_named,
        "operating/status.py",
        "from ..journal.reader import x",
        ":analytics_service.journal.reader",
    ),
    (floors.storage_opened, "cli/sites.py", "from ..storage import open", ":analytics_service.storage"),
    (
        floors.storage_opened,
        "processes/applier_process.py",
        "from ..storage.sqlite.stats import x",
        ":analytics_service.storage.sqlite.stats",
    ),
    (floors.impurities, "domain/visits.py", "import os.path", ":os.path"),
    (floors.impurities, "domain/visits.py", "def f():\n    from random import choice", ":random"),
    (floors.impurities, "errors.py", "import logging", ":logging"),
    (floors.impurities, "interop/umami.py", "import starlette.requests", ":starlette.requests"),
    (floors.impurities, "domain/visits.py", "from datetime import datetime\nat = datetime.now()", ""),
    (floors.impurities, "domain/visits.py", "import datetime\nday = datetime.date.today()", ""),
    (floors.impurities, "domain/visits.py", "def f():\n    return open('x')", ":f"),
    (floors.stray_drivers, "web/counter.py", "import sqlite3", ":sqlite3"),
    (floors.stray_drivers, "web/counter.py", "import uvicorn.protocols", ":uvicorn.protocols"),
    (
        floors.stray_drivers,
        "storage/sqlite/config.py",
        "from redis.asyncio import Redis",
        ":redis.asyncio",
    ),
    (floors.stray_drivers, "cli/serve.py", "from starlette.routing import Route", ":starlette.routing"),
    (floors.code_in_faces, "web/__init__.py", "def f():\n    pass", ""),
    (sizes.full_files, "web/counter.py", lines(301), ""),
    (sizes.long_functions, "web/counter.py", "class A:\n  async def f(self):\n" + lines(40, "    "), ":A.f"),
    (
        sizes.broad_classes,
        "live/memory.py",
        "class A:\n" + "".join(f" def m{n}(self): 0\n" for n in range(11)),
        ":A",
    ),
    (sizes.crowded_calls, "app/parts.py", "def f():\n    g(1, 2, 3, 4, 5, 6)", ":f"),
]

WRONG_WORDS = [
    (words.retired_words, "web/counter.py", "told = 1", ":1"),
    (words.retired_words, "web/counter.py", "f(x.told)", ":1"),
    (words.retired_words, "live/redis.py", "mark = 1", ":1"),
    (words.retired_words, "storage/sqlite/queries/stats.sql", "select a from counted", ":1"),
    (words.retired_words, "live/touch.lua", "local x = 1\nlocal told = 2 -- told", ":2"),
    (words.retired_words, "widget/feed.js", "const told = 'x' // told", ":1"),
    (words.participles, "web/counter.py", "def _kept():\n    pass", ":_kept"),
    (words.modules_that_are_no_nouns, "web/asking.py", "", ""),
    (words.modules_that_are_no_nouns, "web/utils.py", "", ""),
    (words.modules_that_are_no_nouns, "web/helpers/__init__.py", "", ""),
    (words.bare_durations, "web/stream.py", "RETRY_INTERVAL = 5.0", ":RETRY_INTERVAL"),
    (words.bare_durations, "web/stream.py", "HEARTBEAT = 15", ":HEARTBEAT"),
    (words.bare_durations, "web/stream.py", "DAY_MS = 24 * 60 * 60", ":DAY_MS"),
    (words.riddles, "web/counter.py", 'def f():\n    """The same for pages of a site."""', ":f"),
    (words.riddles, "web/counter.py", 'def f():\n    """Is it well?"""', ":f"),
]

_LONG_FUNCTION = "function f() {\n" + "  x()\n" * 40 + "}\n"
WRONG_JAVASCRIPT = [
    (sizes.long_javascript_functions, "feed.js", f"const y = 1\n{_LONG_FUNCTION}", ":2"),
    (sizes.long_javascript_functions, "tracker.js", f";(function () {{\n{_LONG_FUNCTION}}})()\n", ":2"),
]

RIGHT = {
    "__init__.py": "from importlib.metadata import version\ndef __getattr__(name): return version",
    "__main__.py": "from analytics_service.cli import main",
    "app/parts.py": "from analytics_service import __version__\nfrom analytics_service.live import redis\n"
    "from analytics_service import storage\nimport starlette.applications",
    "cli/__init__.py": '"""Reads what the operator types."""\nfrom .main import main\n__all__ = ["main"]',
    "cli/main.py": "from analytics_service import app, settings",
    "domain/visits.py": "from datetime import datetime, timedelta\n"
    "from analytics_service.errors import BadBeacon\nfrom analytics_service.domain import site\n"
    "VISIT_TIMEOUT = timedelta(minutes=30)\nTITLE_LIMIT = 200\n"
    "def f(at: datetime, seen_at: datetime, first_seen: int): return at.date()",
    "interop/plausible.py": "from analytics_service.domain.beacons import Beacon",
    "live/redis.py": "import redis.asyncio\nfrom ..ports.live import Live\nfrom ..redis_client import link",
    "processes/worker_process.py": "import uvicorn\nfrom analytics_service import app, settings",
    "storage/sqlite/stats.py": "import sqlite3\nf(1, 2, 3, 4, 5, *rest, named=6)",
    "storage/sqlite/queries/stats.sql": "",
    "web/counter.py": lines(300),
    "web/intake/fast_lane.py": "import uvicorn\ndef f():\n" + lines(39, "    "),
    "live/memory.py": "class A:\n" + "".join(f" def m{n}(self): 0\n" for n in range(10)) + " def _x(self): 0",
}

SKETCHES = {
    # A foreign dialect is a pure translation: bytes, query and headers in, beacons out.
    "interop/plausible.py": "import msgspec\nfrom analytics_service.domain.beacons import Beacon, Kind\n"
    "from analytics_service.errors import BadBeacon",
    # The system page shows what `status` and `doctor` show, through the same functions.
    "web/dashboard/system.py": "from starlette.responses import Response\n"
    "from analytics_service.operating.doctor import Finding\n"
    "from analytics_service.operating.status import Status\n"
    "from analytics_service.web.services import Services",
    # An importer makes facts by the one function, and hands them to the applier as a task.
    "importing/access_log.py": "from analytics_service.domain.beacons import Beacon\n"
    "from analytics_service.domain.facts import fact_of\n"
    "from analytics_service.ports.tasks import TaskStore",
}
