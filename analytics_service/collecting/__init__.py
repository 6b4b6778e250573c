"""The way in: a beacon becomes a fact, or is dropped."""
