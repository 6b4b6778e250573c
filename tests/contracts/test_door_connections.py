"""Connections of both doors: kept, pipelined, in pieces, left early, and ended with the service."""

import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.doors import (
    DOORS,
    Door,
    ask_both,
    read_answers,
    statuses_of,
)
from tests.service import add_site, known, serving, until


def test_a_connection_is_kept_for_the_next_beacon(doors: list[Door]) -> None:
    for door in doors:
        with closing(door.connect()) as stream:
            for _ in range(5):
                stream.sendall(door.post())
                assert statuses_of(read_answers(stream, 1)) == [202]


def test_pipelined_requests_are_answered_in_their_order(doors: list[Door]) -> None:
    def sent(door: Door) -> list[bytes]:
        health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        good, bad = door.post, door.post(body=b"no json")
        return [good() + good() + bad + health + good() + door.post("Connection: keep-alive") + good() + bad]

    answers = ask_both(doors, sent, 8)
    assert statuses_of(answers) == [202, 202, 400, 200, 202, 202, 202, 400]


def test_a_thousand_pipelined_beacons_are_all_counted(doors: list[Door]) -> None:
    for door in doors:
        before = until(door.pageviews, lambda _: True)
        with closing(door.connect()) as stream:
            stream.sendall(b"".join(door.post() for _ in range(1000)))
            assert statuses_of(read_answers(stream, 1000)) == [202] * 1000
        assert until(door.pageviews, (before + 1000).__le__) >= before + 1000


@pytest.mark.parametrize("beacons", [1, 3])
@pytest.mark.parametrize(
    "behind",
    [
        b"\x16\x03\x01\x02 garbage\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /v HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_beacon_is_answered_before_what_stands_behind_it_is_refused(
    doors: list[Door], behind: bytes, beacons: int
) -> None:
    def sent(door: Door) -> list[bytes]:
        return [b"".join(door.post() for _ in range(beacons)) + behind]

    answers = ask_both(doors, sent, beacons + 2)
    assert statuses_of(answers) == [202] * beacons + [400]
    assert answers[-1][1]["connection"] == "close"


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_request_in_pieces_is_one_request(doors: list[Door], size: int) -> None:
    def sent(door: Door) -> list[bytes]:
        whole = door.post("X-Forwarded-For: 203.0.113.9")
        return [whole[at : at + size] for at in range(0, len(whole), size)]

    assert statuses_of(ask_both(doors, sent, 1)) == [202]


@pytest.mark.parametrize("size", [1, 9, 12, 16])
def test_a_chunked_body_is_read_whatever_its_chunks_contain(doors: list[Door], size: int) -> None:
    def sent(door: Door) -> list[bytes]:
        # Each piece of the title looks like the size of a chunk beyond all bounds, and is none.
        body = door.body(t="f" * 64)
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        return [door.post("Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")]

    assert statuses_of(ask_both(doors, sent, 1)) == [202]


def test_a_chunked_body_that_is_too_long_is_refused(doors: list[Door]) -> None:
    chunks = b"2328\r\n" + b"x" * 9000 + b"\r\n0\r\n\r\n"
    assert statuses_of(
        ask_both(doors, lambda door: [door.post("Transfer-Encoding: chunked", body=chunks)], 1)
    ) == [413]


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: -1",
        "Content-Length: 1\r\nContent-Length: 2",
    ],
)
def test_a_request_of_two_lengths_is_refused_and_the_connection_closed(
    doors: list[Door], header: str
) -> None:
    request = f"POST /v HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n0\r\n\r\n".encode()
    (answer,) = ask_both(doors, lambda _: [request], 2)
    assert (answer[0], answer[1]["connection"]) == (400, "close")


def test_who_expects_100_is_told_to_go_on(doors: list[Door]) -> None:
    def sent(door: Door) -> list[bytes]:
        return [door.post("Expect: 100-continue")]

    assert statuses_of(ask_both(doors, sent, 1)) == [202]


def test_http_1_0_is_answered_and_closed(doors: list[Door]) -> None:
    (answer,) = ask_both(doors, lambda door: [door.post(version="1.0")], 2)
    assert (answer[0], answer[1]["connection"]) == (202, "close")


def test_a_client_that_leaves_early_costs_nothing(doors: list[Door]) -> None:
    for door in doors:
        for cut in (1, 30, 120, None):
            with closing(door.connect()) as stream:
                stream.sendall(door.post()[:cut])
        assert statuses_of(ask_both([door, door], lambda one: [one.post()], 1)) == [202]
        assert "Traceback" not in door.service.log.read_text()


def test_the_answer_in_hand_is_given_before_the_end(tmp_path: Path) -> None:
    for name, lane in DOORS.items():
        with serving(tmp_path / name, env={"ANALYTICS_FAST_LANE": lane}) as service:
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            door = Door(service, site)
            streams = [door.connect() for _ in range(20)]
            for stream in streams:
                stream.sendall(door.post())
            service.process.send_signal(signal.SIGTERM)
            answers = [read_answers(stream, 1) for stream in streams]
            for stream in streams:
                stream.close()
        # Whoever was read is answered; whoever was not gets nothing, and no false promise.
        assert {status for one in answers for status in statuses_of(one)} <= {202}


def test_who_has_connected_is_answered_although_the_service_ends(tmp_path: Path) -> None:
    for name, lane in DOORS.items():
        with serving(tmp_path / name, env={"ANALYTICS_FAST_LANE": lane}) as service:
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            door = Door(service, site)
            whole = door.post("X-Forwarded-For: 203.0.113.9")
            streams = [door.connect() for _ in range(30)]
            cuts = [number * len(whole) // len(streams) for number in range(len(streams))]
            for cut, stream in zip(cuts, streams, strict=True):
                stream.sendall(whole[:cut])
            # A connection counts from its first byte here, not from the kernel's queue.
            assert service.http.get("/health").status_code == 200
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            for cut, stream in zip(cuts, streams, strict=True):
                stream.sendall(whole[cut:])
            answers = [read_answers(stream, 2) for stream in streams]
            for stream in streams:
                stream.close()
        assert [statuses_of(one) for one in answers] == [[202]] * 30
        assert {one[0][1]["connection"] for one in answers} == {"close"}


def test_a_request_that_does_not_arrive_is_cut_off_and_the_others_are_served(doors: list[Door]) -> None:
    for door in doors:
        slow = [door.connect() for _ in range(200)]
        for number, stream in enumerate(slow):
            stream.sendall(door.post()[: number % 3 * 60])
        began = time.monotonic()
        slowest = 0.0
        while time.monotonic() - began < 5:
            at = time.monotonic()
            assert statuses_of(ask_both([door, door], lambda one: [one.post()], 1)) == [202]
            slowest = max(slowest, time.monotonic() - at)
        assert slowest < 5
        for stream in slow:
            stream.settimeout(100)
            ended = read_answers(stream, 1)
            assert statuses_of(ended) in ([408], [])
            stream.close()
        print(
            f"200 slow clients: cut off after {time.monotonic() - began:.1f} s, others within {slowest:.3f} s"
        )
        assert "answered with 5" not in door.service.log.read_text()
