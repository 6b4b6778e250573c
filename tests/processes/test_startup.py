"""Taking a folder and a socket, before any process starts."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_service.errors import BadParameter, Unavailable
from analytics_service.operating.lock_holders import PID_FILE, URL_FILE, find_server, find_url
from analytics_service.processes.startup import DEMO_DOMAIN, prepare_server
from analytics_service.settings import Settings

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def read_clock() -> datetime:
    return NOW


def test_a_first_start_makes_a_closed_folder_with_a_demo_site_and_listens(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "data"), port=0)
    with prepare_server(settings, clock=read_clock) as server:
        with server.listening:
            assert server.settings.port == server.listening.getsockname()[1]
        assert server.demo is not None
        assert (server.demo.domain, server.demo.created_at) == (DEMO_DOMAIN, NOW)
        assert (server.site_count, server.is_read_only) == (1, False)
        assert find_server(tmp_path / "data") is not None
        assert find_url(tmp_path / "data") == f"http://127.0.0.1:{server.settings.port}"
        with pytest.raises(Unavailable, match=r"process [0-9]+ serves .* already; stop it"):
            prepare_server(settings, clock=read_clock).__enter__()
    assert (find_server(tmp_path / "data"), find_url(tmp_path / "data")) == (None, "")
    assert not {PID_FILE, URL_FILE} & {path.name for path in (tmp_path / "data").iterdir()}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_port_in_use_is_named_and_no_new_folder_is_left(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings = Settings(data=str(tmp_path / "data"), port=other.getsockname()[1])
        with pytest.raises(Unavailable, match=r"cannot listen on 127.0.0.1:[0-9]+: .*; choose another port"):
            prepare_server(settings, clock=read_clock).__enter__()
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_named_and_the_folder_is_free_again(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=f"cannot listen on 127.0.0.1:{port}: .*; choose another port"):
            prepare_server(Settings(data=str(tmp_path / "data"), port=port), clock=read_clock).__enter__()
    assert find_server(tmp_path / "data") is None


def test_a_network_that_is_none_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "data"), trusted_proxies=("10.0.0.0/33",))
    with pytest.raises(BadParameter, match=r"trusted-proxy: .*expected e.g. 10.0.0.0/8"):
        prepare_server(settings, clock=read_clock).__enter__()
    assert not (tmp_path / "data").exists()
