"""A site with people of each role, for the pages of its settings."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import pytest

from analytics_service.administering.audit import Actor
from analytics_service.administering.passwords import hash_password
from analytics_service.administering.people import NewAccount, add_account
from analytics_service.app.openers import open_storage
from analytics_service.domain.accounts import Account
from analytics_service.domain.audit import Entry
from analytics_service.domain.principals import Role
from analytics_service.domain.site import Site
from tests.service import Service, add_site, known
from tests.web.dashboard.stand import PASSWORD, Person


@dataclass
class Stand:
    """A site of the service, and who may do what on it."""

    service: Service
    number: int
    public_id: str
    people: dict[str, Person]

    def path(self, *parts: str) -> str:
        """The path of a page of the site's settings."""
        return "/".join((f"/s/{self.public_id}/settings", *parts))

    def site(self) -> Site:
        """The site as it is stored."""
        with open_storage(f"sqlite:{self.service.data}").open_config() as stores:
            return next(one for one in stores.sites.sites() if one.number == self.number)

    def last_entry(self) -> Entry:
        """The last line of the audit log about the site."""
        with open_storage(f"sqlite:{self.service.data}").open_config() as stores:
            return stores.audit.entries(site=self.number)[0]


@pytest.fixture(scope="package")
def accounts(service: Service) -> dict[str, int]:
    """Numbers of accounts by name, without any role yet."""
    hashed = hash_password(PASSWORD)
    numbers = {}
    with open_storage(f"sqlite:{service.data}").open_config() as stores:
        for name in ("owner", "editor", "viewer", "stranger"):
            new = NewAccount(name=name, password=PASSWORD, password_hash=hashed)
            numbers[name] = add_account(stores, new, actor=Actor("t"), at=datetime.now(UTC)).id
    return numbers


@pytest.fixture(scope="module")
def stand(service: Service, accounts: dict[str, int], request: pytest.FixtureRequest) -> Stand:
    """A site of a module's own."""
    domain = f"{request.module.__name__.rpartition('.')[2].replace('_', '-')}.example.vn"
    made = add_site(service.data, domain)
    number: int = made["number"]
    roles = {"owner": Role.OWNER, "editor": Role.EDITOR, "viewer": Role.VIEWER}
    with open_storage(f"sqlite:{service.data}").open_config() as stores:
        for name, role in roles.items():
            stores.users.change_user(accounts[name], partial(_give, number, role))
    known(service, made["public_id"])
    people = {}
    for name in ("ann", *accounts):
        people[name] = Person(service)
        assert people[name].sign_in(name).status_code == 303
    return Stand(service, number, made["public_id"], people)


def _give(number: int, role: Role, account: Account, _administrators: int) -> Account:
    return replace(account, roles={**account.roles, number: role})
