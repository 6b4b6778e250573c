"""Programs that tests need and Python's packages do not bring."""

import os
import shutil

import pytest


def tool(*names: str) -> str:
    """The path of the first program that is there; without one the test does not run, and fails."""
    # Servers live where an ordinary user does not look.
    for name in names:
        if found := shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin"):
            return found
    pytest.fail(f"did not run: {names[0]} is missing; .ci/prepare installs it, or says how", pytrace=False)
