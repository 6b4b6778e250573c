"""The dashboard: what an administrator opens every morning."""
