"""A file of places is fetched, checked, and only then put in place of the one before."""

import gzip
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from analytics_service.domain.dimensions import Location
from analytics_service.enrichment.places import Places, credit_of
from analytics_service.errors import BadParameter
from analytics_service.operating.place_file import default_source, replace_places
from tests.service import run

CITY: dict[str, object] = {
    "country": {"iso_code": "VN"},
    "subdivisions": [{"names": {"en": "Can Tho"}}],
    "city": {"names": {"en": "Ninh Kieu"}},
}


def written(file: Path, record: dict[str, object], kind: str = "DBIP-City-Lite") -> bytes:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind)
    writer.insert_network(IPSet(["113.160.0.0/16"]), record)
    writer.to_db_file(str(file))
    return file.read_bytes()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path != "/cut":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x" * 10)


@pytest.fixture
def offered(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "offered"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_or_an_address_gzipped_or_not_takes_the_place_of_the_one_before(
    tmp_path: Path, offered: tuple[Path, str]
) -> None:
    folder, url = offered
    body = written(folder / "a.mmdb", CITY)
    (folder / "a.mmdb.gz").write_bytes(gzip.compress(body))
    file = tmp_path / "places.mmdb"
    for source in (str(folder / "a.mmdb"), str(folder / "a.mmdb.gz"), f"{url}/a.mmdb", f"{url}/a.mmdb.gz"):
        file.write_bytes(b"before")
        assert replace_places(source, file) == "DBIP-City-Lite"
        assert file.read_bytes() == body
    places = Places(file)
    assert places.place("113.160.1.1") == Location("VN", "Can Tho", "Ninh Kieu")
    assert places.credit is not None
    assert places.credit.text == "IP Geolocation by DB-IP"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["offered", "places.mmdb"]


def test_what_cannot_be_used_is_said_in_one_sentence_and_the_one_before_stays(
    tmp_path: Path, offered: tuple[Path, str]
) -> None:
    folder, url = offered
    body = written(folder / "a.mmdb", CITY)
    written(folder / "country.mmdb", {"country": {"iso_code": "VN"}})
    packed = gzip.compress(body)
    for name, content in {
        "text": b"<html>Not here</html>",
        "half.gz": packed[: len(packed) // 2],
        "odd.gz": packed[:20] + bytes([packed[20] ^ 0xFF]) + packed[21:],
        "half": body[: len(body) // 2],
        "bomb.gz": gzip.compress(bytes(3 << 20)),
        "large": bytes(3 << 20),
    }.items():
        (folder / name).write_bytes(content)
    file = tmp_path / "places.mmdb"
    file.write_bytes(b"before")
    for source, problem in {
        str(folder / "none"): "cannot be read: No such file or directory",
        str(folder): "cannot be read: Is a directory",
        "ftp://127.0.0.1/a": "is neither a file nor an address that begins with https:// or http://",
        "http://127.0.0.1:1/a": "does not answer: ",
        f"{url}/none": "answers 404 File not found",
        f"{url}/cut": "broke off: 990 bytes are missing; try again",
        f"{url}/text": "is no database of places (mmdb), or damaged",
        f"{url}/half": "is no database of places (mmdb), or damaged",
        f"{url}/half.gz": "is damaged: ",
        f"{url}/odd.gz": "is ",
        f"{url}/bomb.gz": "holds more than 1 MiB",
        f"{url}/large": "is larger than 1 MiB",
        f"{url}/country.mmdb": "names neither regions nor cities: it is a database of something else",
    }.items():
        with pytest.raises(BadParameter) as refused:
            replace_places(source, file, limit=1 << 20)
        assert str(refused.value).startswith(f"from: {source} {problem}")
        assert file.read_bytes() == b"before"
        assert sorted(one.name for one in tmp_path.iterdir()) == ["offered", "places.mmdb"]


def test_the_source_of_a_month_is_free_and_only_known_licences_are_credited() -> None:
    assert default_source(date(2026, 11, 3)) == (
        "https://download.db-ip.com/free/dbip-city-lite-2026-11.mmdb.gz"
    )
    assert credit_of("DBIP-City-Lite") is not None
    assert credit_of("Mine") is None


def test_the_command_says_what_it_put_where_and_whom_to_name(tmp_path: Path) -> None:
    written(tmp_path / "a.mmdb", CITY)
    data = tmp_path / "data"
    asked = run("places", "update", "--from", str(tmp_path / "a.mmdb"), data=data)
    assert (asked.returncode, "run the service once" in asked.stderr) == (2, True)
    data.mkdir()
    done = run("places", "update", "--from", str(tmp_path / "a.mmdb"), data=data)
    assert done.returncode == 0, done.stderr
    assert f"{data}/places.mmdb: DBIP-City-Lite, " in done.stdout
    assert "IP Geolocation by DB-IP, https://db-ip.com\nUsed from the next start" in done.stdout
    again = run("places", "update", "--from", str(tmp_path / "a.mmdb"), data=data)
    assert "Used within a minute" in again.stdout
