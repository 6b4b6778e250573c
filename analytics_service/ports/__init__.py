"""Interfaces between what the service does and how it is done: protocols only."""
