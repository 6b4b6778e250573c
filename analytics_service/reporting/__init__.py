"""Answers: the counter's figures, and any query of API, dashboard and command line."""
