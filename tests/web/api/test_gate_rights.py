"""Every route for every caller and every site: who gets an answer, and what the others are told."""

import itertools

import pytest

from analytics_service.domain.principals import Action
from analytics_service.web.api.operations import OPERATIONS, Operation
from tests.web.api.conftest import Stand

CALLERS = (None, "vs_aaaaaaaa_" + 43 * "a", "nonsense", "writes_a", "reads_a", "reads_all")
SITES = ("a", "b", "nobody")


def path_of(operation: Operation, site: str) -> str:
    path = operation.path.format(site=site, dimension="page")
    return f"{path}?sites={site}" if "sites" in operation.parameters else path


def expected(operation: Operation, caller: str | None, site: str) -> int:
    if operation.action is Action.READ_PUBLIC:
        return 200
    if caller not in ("reads_a", "reads_all", "writes_a"):
        return 401
    if caller == "writes_a":
        return 403
    is_of_site = "{site}" in operation.path or "sites" in operation.parameters
    return 404 if is_of_site and (site == "nobody" or (caller == "reads_a" and site == "b")) else 200


@pytest.mark.parametrize(("caller", "site"), list(itertools.product(CALLERS, SITES)))
def test_each_route_answers_who_may_read_it(stand: Stand, caller: str | None, site: str) -> None:
    names = {"a": stand.a, "b": stand.b, "nobody": "nobody"}
    for operation in OPERATIONS:
        answer = stand.get(path_of(operation, names[site]), caller)
        assert answer.status_code == expected(operation, caller, site), (operation.name, answer.text)
        if answer.status_code in (401, 403):
            assert answer.headers["www-authenticate"].startswith("Bearer ")
            assert stand.a not in answer.json()["detail"]


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if "sites" in one.parameters or "{site}" in one.path]
)
def test_a_hidden_site_cannot_be_told_from_none(stand: Stand, operation: Operation) -> None:
    number = str(stand.get(f"/sites/{stand.b}", "reads_all").json()["number"])
    answers = [stand.get(path_of(operation, name)) for name in (stand.b, "b.example.vn", number, "nobody")]
    bodies = []
    for answer in answers:
        body = answer.json()
        assert body.pop("request_id")
        body["instance"] = body["instance"].rpartition("/sites/")[0]
        bodies.append((answer.status_code, body))
    assert bodies[0][0] == 404
    assert all(body == bodies[0] for body in bodies)


def test_a_site_goes_by_each_of_its_names(stand: Stand) -> None:
    site = stand.get(f"/sites/{stand.a}").json()
    names = (site["uuid"], str(site["number"]), site["domain"], "www.a.example.vn")
    assert [stand.get(f"/sites/{name}").json() for name in names] == [site] * len(names)


def test_a_key_lists_its_own_sites_only(stand: Stand) -> None:
    assert [site["site"] for site in stand.get("/sites").json()["sites"]] == [stand.a]
    # The demo site is the first.
    everything = [site["site"] for site in stand.get("/sites", "reads_all").json()["sites"]]
    assert everything[1:] == [stand.a, stand.b]


@pytest.mark.parametrize(
    "headers", [{"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": ""}]
)
def test_what_is_no_key_is_refused_as_an_invalid_one(stand: Stand, headers: dict[str, str]) -> None:
    answer = stand.get("/sites", None, headers=headers)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_key_in_the_query_is_an_unknown_parameter(stand: Stand) -> None:
    answer = stand.get(f"/sites/{stand.a}/counts?key={stand.keys['reads_a']}")
    assert answer.status_code == 400
    assert stand.keys["reads_a"] not in answer.text
