"""The exchange supermarket over HTTP: shops, items, stock, redemptions."""
