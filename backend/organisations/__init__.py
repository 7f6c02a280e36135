"""City → street → community → grid, work units and service centres: where people and records belong."""
