"""Workers, two by default, at a steady rate: `python -m tests.bench.endurance --seconds 600 --rate 4000`."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analytics_service.app.openers import open_installation
from analytics_service.operating.status import read_status
from tests.bench.load import SCRIPT, now, resident
from tests.redis_server import running_redis
from tests.service import Service, add_site, known, run, serving, until

CONNECTIONS = 256
LOOK_EACH = 10.0
# wrk waits that long before each request of a connection: milliseconds.
DELAY = "\nfunction delay() return %d end\n"


def endure(service: Service, site: str, seconds: int, rate: int, folder: Path) -> bool:
    """Drives and looks; whether all of it held."""
    script = folder / "views.lua"
    script.write_text(SCRIPT % (77, site) + DELAY % (CONNECTIONS * 1000 // rate))
    options = f"-t1 -c{CONNECTIONS} -d{seconds}s --latency -s".split()
    command = ["wrk", *options, str(script), service.url + "/v"]
    before = service.counts(site, "total", "pageviews")["total"]
    lags, memory = [], []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        while driver.poll() is None:
            time.sleep(min(LOOK_EACH, seconds / 5))
            lags.append(
                read_status(
                    open_installation(service.data, f"sqlite:{service.data}"), at=now()
                ).waiting.lag_seconds
            )
            memory.append(sum(resident(pid) for pid in [service.process.pid, *service.children()]))
            print(f"  lag {lags[-1]:.2f} s, memory {memory[-1]:.0f} MiB", flush=True)
        said = driver.communicate()[0]
    answered = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    slow = re.search(r"99%\s+(\S+)", said)
    least = before + answered - (int(refused[1]) if refused else 0)
    counted = until(lambda: service.counts(site, "total", "pageviews")["total"], lambda n: n >= least)
    told = json.loads(run("verify", "--json", data=service.data).stdout)
    print(
        f"{answered} answered in {seconds} s ({answered / seconds:,.0f}/s), "
        f"99 % within {slow[1] if slow else '?'}, {refused[1] if refused else 0} refused\n"
        f"{counted - before} counted (of the {CONNECTIONS} in hand at the end some are not answered)\n"
        f"lag at most {max(lags):.2f} s; memory {memory[0]:.0f} MiB at first, {memory[-1]:.0f} MiB at last; "
        f"verify: {len(told['differences'])} differences"
    )
    return (
        0 <= counted - least <= CONNECTIONS
        and max(lags) < 3
        and refused is None
        and told["differences"] == []
    )


def main() -> None:
    """Several workers and Redis at a steady rate, with what was seen; exit 1 where something did not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=600)
    asked.add_argument("--rate", type=int, default=4000, help="beacons a second")
    asked.add_argument("--workers", default="2")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            running_redis(folder) as redis,
            serving(folder / "data", "--workers", given.workers, "--redis", redis.url) as service,
        ):
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            time.sleep(1)
            held = endure(service, site, given.seconds, given.rate, folder)
    sys.exit(not held)


if __name__ == "__main__":
    main()
