"""What floor 3 asks of floor 2: protocols only."""
