"""How large a run is: the same code, small in `make test`, large in `make soak`."""

import os

SOAKING = bool(os.environ.get("SOAK"))


def soak(small: int, large: int) -> int:
    """`large` under `make soak`."""
    return large if SOAKING else small
