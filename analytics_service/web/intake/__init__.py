"""Endpoints that receive beacons."""
