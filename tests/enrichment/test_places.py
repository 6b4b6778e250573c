"""Places by address, with and without an operator's file; languages and screens."""

import os
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from analytics_service.domain.dimensions import Location
from analytics_service.enrichment.languages import language_of, screen_class
from analytics_service.enrichment.places import Places
from analytics_service.errors import BadParameter
from tests.service import until


def database(file: Path, record: dict[str, object], network: str = "113.160.0.0/16") -> None:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, languages=["en", "vi"])
    writer.insert_network(IPSet([network]), record)
    made = file.with_suffix(".new")
    writer.to_db_file(str(made))
    made.replace(file)


def nested(city: str) -> dict[str, object]:
    return {
        "country": {"iso_code": "VN", "names": {"en": "Vietnam"}},
        "subdivisions": [{"iso_code": "CT", "names": {"en": "Can Tho", "vi": "Cần Thơ"}}],
        "city": {"names": {"en": city}},
    }


@pytest.mark.parametrize(
    ("address", "country"),
    [
        *[("113.160.1.1", "VN"), ("2001:ee0:4000::1", "VN"), ("8.8.8.8", "US"), ("133.11.0.1", "JP")],
        *[("10.0.0.1", ""), ("192.168.1.1", ""), ("::1", ""), ("127.0.0.1", ""), ("", ""), ("nonsense", "")],
    ],
)
def test_the_country_is_known_without_any_file(address: str, country: str) -> None:
    assert Places().place(address) == Location(country)


def test_region_and_city_come_from_the_operators_file_in_both_layouts(tmp_path: Path) -> None:
    database(tmp_path / "nested.mmdb", nested("Ninh Kieu"))
    flat: dict[str, object] = {"country_code": "VN", "state1": "Cần Thơ", "city": "Ninh Kiều"}
    database(tmp_path / "flat.mmdb", flat)
    assert Places(tmp_path / "nested.mmdb").place("113.160.1.1") == Location("VN", "Cần Thơ", "Ninh Kieu")
    assert Places(tmp_path / "flat.mmdb").place("113.160.1.1") == Location("VN", "Cần Thơ", "Ninh Kiều")
    # What the file does not know has its country all the same.
    assert Places(tmp_path / "flat.mmdb").place("8.8.8.8") == Location("US")
    assert Places(tmp_path / "flat.mmdb").place("nonsense") == Location()


def test_a_file_that_changes_is_read_again_and_a_broken_one_leaves_the_former(tmp_path: Path) -> None:
    file = tmp_path / "places.mmdb"
    database(file, nested("A"))
    places = Places(file)
    assert places.place("113.160.1.1").city == "A"
    database(file, nested("Another"))
    places.reload_if_changed()
    assert until(lambda: places.place("113.160.1.1").city, lambda city: city == "Another") == "Another"
    file.write_bytes(b"no database")
    os.utime(file, (1, 1))
    places.reload_if_changed()
    file.unlink()
    places.reload_if_changed()
    assert places.place("113.160.1.1").city == "Another"


@pytest.mark.parametrize("content", [None, b"no database"])
def test_a_file_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "places.mmdb"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadParameter, match="geo_file"):
        Places(file)


def test_a_file_damaged_anywhere_is_refused_or_leaves_the_country(tmp_path: Path) -> None:
    database(tmp_path / "whole.mmdb", nested("Ninh Kieu"))
    whole = (tmp_path / "whole.mmdb").read_bytes()
    outcomes = set()
    for place in range(0, len(whole), max(1, len(whole) // 400)):
        damaged = tmp_path / "damaged.mmdb"
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = Places(damaged).place("113.160.1.1")
        except BadParameter:
            outcomes.add("refused")
        else:
            outcomes.add(found.country)
            assert len(found.country) <= 2
    assert "VN" in outcomes
    assert "refused" in outcomes


@pytest.mark.parametrize("record", [{}, {"country": 3}, {"city": {"names": 3}}, {"subdivisions": []}])
def test_a_record_of_another_shape_is_no_fault(tmp_path: Path, record: dict[str, object]) -> None:
    database(tmp_path / "odd.mmdb", record)
    assert Places(tmp_path / "odd.mmdb").place("113.160.1.1") == Location("VN")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        *[("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en-US", "en"), ("EN", "en"), (" fr ;q=1", "fr")],
        *[("zh-TW,zh;q=0.9", "zh-Hant"), ("zh-CN", "zh-Hans"), ("zh-Hant-HK", "zh-Hant"), ("zh", "zh-Hans")],
        *[("sr-Latn-RS", "sr-Latn"), ("es-419,es;q=0.9", "es"), ("fil-PH", "fil")],
        *[("", ""), ("*", ""), ("x" * 500, ""), ("<script>", ""), ("vi_VN", ""), ("12", "")],
    ],
)
def test_languages(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


@pytest.mark.parametrize(
    ("width", "name"),
    [(0, ""), (1, "xs"), (360, "xs"), (480, "sm"), (768, "md"), (1024, "lg"), (1366, "lg"), (1920, "xl")],
)
def test_screens(width: int, name: str) -> None:
    assert screen_class(width) == name
