"""The command line: reads what the operator types, and prints."""

from analytics_service.cli.main import main

__all__ = ["main"]
