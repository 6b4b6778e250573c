"""What all tests share."""

import pytest

from tests.quick import is_quick


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make quick` runs."""
    for item in items:
        if is_quick(item):
            item.add_marker("quick")
