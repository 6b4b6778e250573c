"""Favourite sites as they are stored: the contract of the port FavouriteStore."""

from collections.abc import Iterator

import pytest

from analytics_service.ports.favourites import FavouriteStore
from analytics_service.ports.storage import Storage


@pytest.fixture
def favourites(storage: Storage) -> Iterator[FavouriteStore]:
    with storage.open_config() as config:
        yield config.favourites


def test_each_account_has_its_own(storage: Storage, favourites: FavouriteStore) -> None:
    for account, site in (("an", 1), ("an", 2), ("an", 2), ("binh", 3)):
        favourites.set_favourite(account, site, is_on=True)
    with storage.open_config() as beside:
        assert beside.favourites.favourites("an") == {1, 2}
        assert beside.favourites.favourites("binh") == {3}
        assert beside.favourites.favourites("nobody") == frozenset()


def test_a_favourite_can_be_one_no_longer(favourites: FavouriteStore) -> None:
    favourites.set_favourite("an", 1, is_on=True)
    favourites.set_favourite("an", 1, is_on=False)
    favourites.set_favourite("an", 2, is_on=False)
    assert favourites.favourites("an") == frozenset()
