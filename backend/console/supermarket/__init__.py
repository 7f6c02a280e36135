"""Console pages of the exchange supermarket: counter, redemptions, stock, shops, venues."""
