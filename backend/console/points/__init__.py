"""Console pages about points: adjustments, rules, statements, what is still to be redeemed."""
