"""HTTP: beacons in, the public counter, the widget without scripts, the widget builder."""
