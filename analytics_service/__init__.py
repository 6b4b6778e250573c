"""Visitor analytics that any web site can host."""


def __getattr__(name: str) -> str:
    if name == "__version__":
        # Reading it costs every process a tenth of its start, and hardly one asks.
        from importlib.metadata import version

        return version("analytics-service")
    raise AttributeError(name)
