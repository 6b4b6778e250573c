"""Counter and beacons beside heavy questions: `python -m tests.bench.beside_overviews FOLDER`.

FOLDER is one that `tests.bench.questions` made; it is copied. Rounds alone and beside overviews take turns.
"""

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, permutations
from pathlib import Path

import httpx2

from tests.service import Service, run, serving, until, view_id

ASKERS = 2
REQUESTS = 150
HEAVY = "period=12mo&filter=source:not:nobody&compare=previous"
ITEMS = ("online", "today", "yesterday", "week", "last_week", "month", "last_month", "year", "total")


@contextmanager
def asking(url: str, key: str) -> Iterator[list[int]]:
    """Overviews of a year with a filter, one after the other, for the length of a block; their statuses."""
    ended, statuses = threading.Event(), []

    def ask() -> None:
        with httpx2.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}) as client:
            while not ended.is_set():
                statuses.append(client.get(f"/api/v1/overview?{HEAVY}").status_code)

    threads = [threading.Thread(target=ask) for _ in range(ASKERS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def measure(service: Service, site: str, host: str) -> tuple[list[float], list[float]]:
    """How long counters that no cache has, and beacons, take in turn; in milliseconds."""
    counters, beacons = [], []
    orders = cycle(permutations(ITEMS, 5))
    for _ in range(REQUESTS):
        items = ",".join(next(orders))
        began = time.perf_counter()
        answer = service.http.get(f"/api/v1/sites/{site}/counter", params={"items": items})
        counters.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
        began = time.perf_counter()
        body = {"k": "v", "s": site, "i": view_id(), "u": f"https://{host}/"}
        assert service.http.post("/v", json=body).status_code == 202
        beacons.append((time.perf_counter() - began) * 1000)
    return counters, beacons


def main() -> None:
    """Prints medians and 95th percentiles of both, alone and beside overviews."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(given.folder, data)
        with serving(data) as service:
            key = add_key_to(data)
            headers = {"Authorization": f"Bearer {key}"}
            until(lambda: service.http.get("/api/v1/sites", headers=headers).status_code, (200).__eq__)
            # The first site is the one that has figures.
            first = service.http.get("/api/v1/sites", headers=headers).json()["sites"][0]
            site, host = first["site"], first["domain"]
            found: dict[str, tuple[list[float], list[float]]] = {"alone": ([], []), "beside": ([], [])}
            overviews: list[int] = []
            for _ in range(given.rounds):
                for name in found:
                    if name == "alone":
                        counters, beacons = measure(service, site, host)
                    else:
                        with asking(service.url, key) as statuses:
                            counters, beacons = measure(service, site, host)
                        overviews += statuses
                    found[name][0].extend(counters)
                    found[name][1].extend(beacons)
    print(f"{len(overviews)} overviews meanwhile, statuses {sorted(set(overviews))}")
    for kind, place in (("counter", 0), ("beacon", 1)):
        for name, lists in found.items():
            times = sorted(lists[place])
            print(
                f"{kind} {name}: median {statistics.median(times):.2f} ms, "
                f"95 % {times[int(len(times) * 0.95)]:.2f} ms, of {len(times)}"
            )


def add_key_to(data: Path) -> str:
    """A key for all sites of a folder."""
    done = run("key", "add", "--all-sites", data=data)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


if __name__ == "__main__":
    main()
