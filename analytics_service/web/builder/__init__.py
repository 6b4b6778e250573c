"""The widget builder."""
