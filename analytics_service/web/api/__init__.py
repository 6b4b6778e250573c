"""The counts API: what other programs read with a key."""
