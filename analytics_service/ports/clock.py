"""Time and randomness."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The time now, with its offset (UTC)."""


Randomness = Callable[[int], bytes]
"""That many random bytes, fit for a salt."""
