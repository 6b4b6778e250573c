"""The composition root: chooses the parts of a worker and connects them."""
