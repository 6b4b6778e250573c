"""The OpenAPI document: served, frozen, and true of the routes."""

import re

import msgspec

from analytics_service.web.api.openapi import build_document, encode_document
from analytics_service.web.api.operations import BASE, EVERY_ENTRY, OPERATIONS
from tests.deployment_files import ROOT
from tests.web.api.conftest import Stand
from tests.web.api.test_gate_rights import path_of


def test_the_frozen_document_is_that_of_the_code() -> None:
    frozen = (ROOT / "docs" / "openapi.json").read_bytes()
    assert frozen == encode_document(), "run: python -m tests.web.api, and say in CHANGELOG.md what is new"


def test_every_reference_and_operation_is_there_once() -> None:
    document = build_document()
    text = encode_document().decode()
    for kind, name in set(re.findall(r'"#/components/(\w+)/(\w+)"', text)):
        assert name in document["components"][kind]
    names = [path["get"]["operationId"] for path in document["paths"].values()]
    assert sorted(names) == sorted({entry.name for entry in EVERY_ENTRY})


def test_the_document_is_served_to_anybody(stand: Stand) -> None:
    answer = stand.get("/openapi.json", None)
    assert (answer.status_code, answer.content) == (200, encode_document())
    assert msgspec.json.decode(answer.content)["openapi"] == "3.1.0"


def test_each_parameter_of_the_document_is_known_and_no_other(stand: Stand) -> None:
    every = {name for operation in OPERATIONS for name in operation.parameters}
    for operation in OPERATIONS:
        described = build_document()["paths"][BASE + operation.path]["get"]["parameters"]
        assert {one["name"] for one in described if one["in"] == "query"} == set(operation.parameters)
        path = path_of(operation, stand.a)
        for name in every - {"sites"}:
            answer = stand.get(f"{path}{'&' if '?' in path else '?'}{name}=%00")
            is_unknown = answer.status_code == 400 and answer.json()["errors"][0]["code"] == "unknown"
            assert is_unknown == (name not in operation.parameters), (operation.name, name, answer.text)
