"""Demo data, made through the same actions as real data, so that its history is real."""
