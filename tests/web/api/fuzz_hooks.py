"""What schemathesis is told of this API: keys and sites that exist, and which parameters go together.

It runs in a process of its own, with the service's facts in the JSON file that STAND names. Only cases that
are meant to be valid are mended: a document cannot say that one parameter excludes another.
"""

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import schemathesis

STAND = json.loads(Path(os.environ["STAND"]).read_text("utf-8"))
KNOWN_SITES = 0.9
DAYS = ["2026-11-22", "2026-11-01", "2024-02-29", "1999-12-31"]
PERIODS = ["today", "yesterday", "28d", "12mo", "all", "2026-W47", "2026-11", "2026", *DAYS]
PAIRS = [
    ("2026-11-01", "2026-11-22"),
    ("2024-02-29", "2024-02-29"),
    ("2026-11-22T00:00:00+07:00", "2026-11-22T05:00:00+07:00"),
]
COMPARISONS = ["previous", "year", "2025-11-01/2025-11-22", "2025", "2025-10"]
FILTERS = ["page:is:/|/1", "country:is:", "source:not:Google", "browser:contains:Fire", r"page:starts:/a\:b"]
random = Random()
statuses: Counter[tuple[str, int]] = Counter()


def mend(query: dict[str, Any]) -> None:
    """Makes parameters that are right one by one right together."""
    query.pop("cursor", None)
    if "from" in query or "to" in query:
        query.pop("period", None)
        query["from"], query["to"] = random.choice(PAIRS)
    elif "period" in query:
        query["period"] = random.choice(PERIODS)
    if "compare" in query:
        query["compare"] = random.choice(COMPARISONS)
    if "filter" in query:
        query["filter"] = random.sample(FILTERS, random.randint(1, 3))
    if query.get("interval") == "minute":
        query.pop("from", None)
        query.pop("to", None)
        query["period"] = "today"
    if "sort" in query:
        query["metrics"] = query["sort"].removeprefix("-")
    if "path" in query:
        query.pop("by", None)
        query.pop("metric", None)
        query["items"] = "online,today"
    if "sites" in query:
        query["sites"] = ",".join(random.sample(STAND["sites"], random.randint(1, 2)))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Gives each request an address of its own, and valid ones sites that there are."""
    if random.random() < KNOWN_SITES and "site" in (case.path_parameters or {}):
        case.path_parameters["site"] = random.choice(STAND["sites"])
    is_valid = case.meta is not None and case.meta.generation.mode.value == "positive"
    if is_valid and isinstance(case.query, dict) and case.operation.path != "/api/v1/sites/{site}/drops":
        mend(case.query)
    elif is_valid and isinstance(case.query, dict):
        case.query.pop("cursor", None)
        if "from" in case.query:
            case.query["from"] = STAND["today"]
    if "limit" in (case.query or {}) and is_valid and case.operation.path.endswith("/online"):
        case.query.pop("path", None)
        case.query["by"] = "page"
    case.headers["X-Forwarded-For"] = ".".join(str(random.randint(1, 200)) for _ in range(4))


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Counts statuses by operation, for who started this process."""
    statuses[case.operation.definition.raw["operationId"], response.status_code] += 1


@atexit.register
def write_statuses() -> None:
    """Leaves the counts for who started this process."""
    counted = [[*key, count] for key, count in statuses.items()]
    Path(os.environ["STATUSES"]).write_text(json.dumps(counted), "utf-8")


@schemathesis.auth(refresh_interval=None)
class AnyKey:
    """One of many keys with every scope: each may ask 600 times a minute."""

    def get(self, case: Any, context: Any) -> str:
        """A key's token."""
        token: str = random.choice(STAND["keys"])
        return token

    def set(self, case: Any, data: str, context: Any) -> None:
        """Shows the key."""
        case.headers["Authorization"] = f"Bearer {data}"
