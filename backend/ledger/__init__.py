"""Points: accounts, transfers, lots, holds and earning rules. Nobody else touches these tables."""
