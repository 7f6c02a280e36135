"""兑换超市: shops, their stock as events, and redemptions in which points and stock move together."""
