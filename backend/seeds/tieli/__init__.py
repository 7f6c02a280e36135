"""SEED=tieli: the demo city 青松市 at the size of a real county-level city. All of it is invented."""
