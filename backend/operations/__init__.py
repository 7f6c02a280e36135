"""Operating an installation: backup, restore, diagnosis (`flask doctor`), and invariants across all tables."""
