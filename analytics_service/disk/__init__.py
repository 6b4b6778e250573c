"""Files on disk: locks, durability, SQLite's errors."""
