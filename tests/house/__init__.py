"""The rules of the house: pure functions over `{path: source}` that return `{place: what is wrong}`."""
