"""How long the first screen takes the server: `python -m tests.bench.dashboard FOLDER`.

FOLDER holds figures as `tests.bench.questions` makes them; it is copied. Each page is asked for in this
process, without a socket: processor time of all threads, and time on the clock, in milliseconds.
"""

import argparse
import shutil
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.testclient import TestClient

from analytics_service import storage as storages
from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.app.application import create_app
from analytics_service.storage.sqlite.config import open_config
from tests.bench.questions import AT
from tests.browser.dashboard import COOKIE, config_of, sign_in

TIMES = 9
QUERIES = ("", "period=today", "period=12mo", "period=12mo&compare=none", "period=28d&filter=country:is:C1")


def measure(client: TestClient, path: str) -> tuple[float, float, int]:
    """The middle of several askings: processor and clock in milliseconds, and the bytes that were sent."""
    spent, taken, size = [], [], 0
    for _ in range(TIMES):
        began, processor = time.perf_counter(), time.process_time()
        answer = client.get(path)
        spent.append(1000 * (time.process_time() - processor))
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status_code == 200, answer.status_code
        size = int(answer.headers["content-length"])
    return statistics.median(spent), statistics.median(taken), size


def main() -> None:
    """Prints a line for each question."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    given = asked.parse_args()
    with TemporaryDirectory() as copied:
        folder = Path(copied) / "data"
        shutil.copytree(given.folder, folder)
        storages.open(f"sqlite:{folder}").databases.provision()
        with open_config(folder) as config:
            site = (
                config.sites.sites()[0]
                if config.sites.sites()
                else add_site(
                    config.sites, "bench.example.vn", SiteChanges(), at=AT, random=bytes, by="bench"
                )
            )
        token = sign_in(folder, AT)
        app = create_app(config_of(folder, AT))
        with TestClient(
            app, base_url="http://127.0.0.1", client=("127.0.0.1", 1), cookies={COOKIE: token}
        ) as client:
            for query in QUERIES:
                spent, taken, size = measure(client, f"/s/{site.public_id}?{query}")
                print(f"{query or 'first screen':<40} {spent:7.0f} ms processor {taken:7.0f} ms {size:7d} B")


if __name__ == "__main__":
    main()
