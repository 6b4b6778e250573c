"""What is true: values and pure functions."""
