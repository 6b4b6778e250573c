"""Image, Compose file and systemd unit agree with the program and with each other."""

import ipaddress
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from analytics_service.domain.networks import networks
from analytics_service.processes.supervisor import STOP_TIMEOUT
from analytics_service.settings import DEFAULT_PORT, PREFIX, Settings, read_settings
from analytics_service.web.intake.proxies import Forwarded, Proxies
from tests.deployment_files import ROOT, VARIABLE, compose, dockerfile, sent, unit
from tests.service import serving

FIELDS = {field.name for field in msgspec.structs.fields(Settings)}
NAMED_IN = ["Dockerfile", "docker-compose.yml", "deploy/analytics-service.service", "README.md"]
NAMED_IN += ["SECURITY.md", "docs/operating.md"]


def service() -> Any:
    return compose()["services"]["analytics"]


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def told_by_image() -> dict[str, str]:
    return {name: value for name, value in dockerfile().environment().items() if name.startswith(PREFIX)}


# --- What they say about one thing is the same everywhere.


def test_the_port_is_the_settings_default_everywhere():
    assert dockerfile().last("EXPOSE") == str(DEFAULT_PORT)
    assert told_by_image()["ANALYTICS_PORT"] == str(DEFAULT_PORT)
    assert service()["ports"] == [f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}"]
    assert service()["environment"]["ANALYTICS_PUBLIC_URL"] == f"http://127.0.0.1:{DEFAULT_PORT}"


@pytest.mark.parametrize("file", NAMED_IN)
def test_every_variable_that_is_named_is_a_setting(file):
    named = {name.removeprefix(PREFIX).lower() for name in VARIABLE.findall((ROOT / file).read_text("utf-8"))}
    # ANALYTICS_CONFIG names the file in which the others may stand.
    assert named - FIELDS - {"config"} == set()


def test_the_service_takes_what_image_and_compose_file_tell_it():
    told = read_settings({}, environment={**told_by_image(), **service()["environment"]})
    assert (told.host, told.port, told.data) == ("0.0.0.0", DEFAULT_PORT, "/data")
    assert (told.workers, told.redis) == (2, "redis://redis:6379/0")
    alone = compose({"ANALYTICS_REDIS": "", "ANALYTICS_WORKERS": "1"})["services"]["analytics"]
    assert read_settings({}, environment={**told_by_image(), **alone["environment"]}).redis == ""


def test_the_service_takes_what_the_unit_tells_it():
    name, _, value = unit()["Service"]["Environment"].partition("=")
    assert read_settings({}, environment={name: value}).data == "/var/lib/analytics-service"


def test_the_data_lies_in_the_volume_and_in_the_state_directory():
    data = told_by_image()["ANALYTICS_DATA"]
    assert dockerfile().last("VOLUME") == data
    assert [volume.split(":")[1] for volume in service()["volumes"]] == [data]
    assert f"--mode=0700 {data}" in dockerfile().last("RUN")
    options = unit()["Service"]
    assert options["Environment"] == f"ANALYTICS_DATA=/var/lib/{options['StateDirectory']}"
    assert options["StateDirectoryMode"] == "0700"


def test_nobody_runs_it_as_root():
    uid, gid = dockerfile().last("USER").split(":")
    assert int(uid) > 0
    assert f"--uid {uid} " in dockerfile().last("RUN")
    assert f"--gid {gid} " in dockerfile().last("RUN")
    assert service()["user"] == f"{uid}:{gid}"
    assert int(compose()["services"]["redis"]["user"].split(":")[0]) > 0
    assert unit()["Service"]["User"] == "analytics-service"


def test_it_is_given_longer_to_stop_than_it_needs():
    assert dockerfile().last("STOPSIGNAL") == "SIGTERM"
    assert seconds(service()["stop_grace_period"]) > STOP_TIMEOUT.total_seconds() + 1
    options = unit()["Service"]
    assert float(options["TimeoutStopSec"]) > STOP_TIMEOUT.total_seconds() + 1
    assert (options["KillMode"], options["Restart"]) == ("mixed", "on-failure")
    assert options["ExecReload"] == "/bin/kill -HUP $MAINPID"


@pytest.mark.parametrize("name", ["analytics", "redis"])
def test_a_container_can_do_only_what_it_must(name):
    found = compose()["services"][name]
    locked = {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "restart": "unless-stopped",
        "ulimits": {"nofile": {"soft": 65536, "hard": 65536}},
    }
    assert {key: found[key] for key in locked} == locked
    assert found["tmpfs"]
    assert found["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_redis_keeps_nothing_says_when_it_is_full_and_cannot_be_reached_from_outside():
    redis = compose()["services"]["redis"]
    words = redis["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert (options["--save"], options["--appendonly"]) == ("", "no")
    assert options["--maxmemory-policy"] == "noeviction"
    assert "ports" not in redis
    assert all(compose()["networks"][network]["internal"] for network in redis["networks"])


@pytest.mark.parametrize("range_of_front", ["10.87.87.0/24", "172.29.0.0/16"])
def test_the_gateway_is_believed_and_nobody_else(range_of_front):
    found = compose({"FRONT_SUBNET": range_of_front})
    assert found["networks"]["front"]["ipam"]["config"] == [{"subnet": range_of_front}]
    told = read_settings({}, environment=found["services"]["analytics"]["environment"])
    proxies = Proxies(networks(told.trusted_proxies))
    forged = Forwarded("198.51.100.1, 203.0.113.9")
    gateway = next(ipaddress.ip_network(range_of_front).hosts())
    assert proxies.client(str(gateway), forged)[:2] == ("203.0.113.9", False)
    assert proxies.client("203.0.113.9", forged)[:2] == ("203.0.113.9", False)


def test_the_unit_is_hardened():
    options = unit()["Service"]
    yes = "NoNewPrivileges PrivateDevices PrivateTmp ProtectHome MemoryDenyWriteExecute RestrictSUIDSGID"
    assert {name: options[name] for name in yes.split()} == dict.fromkeys(yes.split(), "yes")
    assert (options["ProtectSystem"], options["CapabilityBoundingSet"]) == ("strict", "")
    assert set(options["RestrictAddressFamilies"].split()) == {"AF_INET", "AF_INET6", "AF_UNIX"}
    assert (options["LimitNOFILE"], options["UMask"]) == ("65536", "0077")


def test_the_image_is_of_a_supported_python_and_installs_by_hashes():
    bases = {text.split()[0] for text in dockerfile().all("FROM")}
    (version,) = {version for base in bases for version in re.findall(r"^python:(3\.\d+)-slim-\w+$", base)}
    assert f"Python :: {version}" in (ROOT / "pyproject.toml").read_text("utf-8")
    installs = [text for text in dockerfile().all("RUN") if "pip install" in text]
    assert ["--require-hashes -r requirements/" in text for text in installs] == [True, True, False]
    assert "--no-deps --no-build-isolation ." in installs[2]


def test_compose_passes_every_setting_and_bounds_log_and_memory():
    services = compose()["services"]
    assert services["analytics"]["env_file"] == [{"path": ".env", "required": False}]
    for service in services.values():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
        assert service["mem_limit"]


@pytest.mark.parametrize("extra", ["images", "places"])
def test_each_extra_is_locked_by_hash(extra):
    locked = (ROOT / "requirements" / f"{extra}.txt").read_text("utf-8")
    package = {"images": "resvg-py", "places": "maxminddb"}[extra]
    assert re.search(rf"^{package}==\S+ \\\n    --hash=sha256:", locked, re.MULTILINE)


def test_every_file_that_the_image_is_built_from_is_sent_and_nothing_else():
    copied = [word for text in dockerfile().all("COPY") if "--from" not in text for word in text.split()[:-1]]
    assert [source for source in copied if not list(sent(source))] == []
    everything = {path.parts[0] for path in sent(".")}
    assert everything == {source.split("/")[0] for source in copied}


# --- The health command.


@pytest.fixture
def unready() -> Iterator[int]:
    """The port of something that answers every request with 503."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def asked(port: int | None) -> subprocess.CompletedProcess[str]:
    # The proxy is one that would be asked by a library that believes the environment.
    env = {"ANALYTICS_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, *dockerfile().health()[1:]]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)


def test_the_health_command_is_one_and_knows_the_ready_from_the_unready(tmp_path, unready):
    assert service()["healthcheck"]["test"] == ["CMD", *dockerfile().health()]
    assert dockerfile().health()[:2] == ["python", "-c"]
    with serving(tmp_path / "data") as running:
        port = urlsplit(running.url).port
        well = asked(port)
    assert (well.returncode, well.stdout) == (0, '{"live":true,"ready":true,"reasons":[]}\n')
    assert asked(unready).returncode == 1
    assert asked(port).returncode == 1
