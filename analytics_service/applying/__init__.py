"""From journals to figures: each fact exactly once."""
