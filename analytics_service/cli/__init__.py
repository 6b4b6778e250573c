"""The command line: reads what the operator types, and prints."""
