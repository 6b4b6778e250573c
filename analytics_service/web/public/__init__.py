"""The public counter."""
