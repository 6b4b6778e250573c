"""The address of a page, in whose query everything stands: back, bookmark and sending it on just work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

Pairs = tuple[tuple[str, str], ...]
FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Address:
    """A path with the parameters of its query, in their order."""

    path: str
    pairs: Pairs = ()

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.pairs)}" if self.pairs else self.path

    @property
    def given(self) -> Mapping[str, Sequence[str]]:
        """All values of each parameter."""
        values: dict[str, list[str]] = defaultdict(list)
        for name, value in self.pairs:
            values[name].append(value)
        return dict(values)

    def get(self, name: str, default: str = "") -> str:
        """Returns a parameter's first value."""
        return next((value for one, value in self.pairs if one == name), default)

    def at(self, path: str) -> "Address":
        """Returns another page with these parameters."""
        return replace(self, path=path)

    def without(self, *names: str) -> "Address":
        """Returns the address without these parameters."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in names))

    def only(self, *names: str) -> "Address":
        """Returns the address with these parameters alone."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] in names))

    def having(self, **values: str | None) -> "Address":
        """Returns the address with one value for each of these parameters; None takes one away."""
        names = {"from" if name == "from_" else name: value for name, value in values.items()}
        added = tuple((name, value) for name, value in names.items() if value is not None)
        return replace(self, pairs=(*self.without(*names).pairs, *added))

    def with_filter(self, text: str) -> "Address":
        """Returns the address with one more filter; the first page of rows is shown again."""
        if (FILTER, text) in self.pairs:
            return self.without("cursor")
        return replace(self, pairs=(*self.without("cursor").pairs, (FILTER, text)))

    def without_filter(self, text: str) -> "Address":
        """Returns the address without that filter."""
        kept = tuple(pair for pair in self.without("cursor").pairs if pair != (FILTER, text))
        return replace(self, pairs=kept)
