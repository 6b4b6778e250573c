"""Connections to Redis, shared by everything that keeps something there."""
