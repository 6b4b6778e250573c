"""Visitor analytics that any web site can host."""

from importlib.metadata import version

__version__ = version("analytics-service")
