"""The tree of places: what it is told, how it changes."""
