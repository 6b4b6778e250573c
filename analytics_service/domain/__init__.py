"""The rules of counting, as values and pure functions: no I/O, no clock, no randomness."""
