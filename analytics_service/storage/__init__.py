"""Visits and figures, sites and salts, on disk: `open` is the way in."""

from analytics_service.storage.opener import open_storage as open

__all__ = ["open"]
