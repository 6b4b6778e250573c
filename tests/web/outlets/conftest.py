"""A running service with a site whose total is known."""

import pytest

from tests.service import add_site, known, serving


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("outlets") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def site(service):
    balance = ("--opening-balance", "visits=1461664", "--reason", "a former counter", "--locale", "vi")
    name = add_site(service.data, "outlets.example.vn", *balance)["public_id"]
    known(service, name)
    return name
