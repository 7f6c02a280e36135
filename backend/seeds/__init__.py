"""Data for a first look, made through the verbs of the house, so that its history is real."""
