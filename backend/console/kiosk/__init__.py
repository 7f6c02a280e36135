"""Pages of the 自助终端 in a centre's hall: for anybody who stands there, and for a card's holder with a one-time code."""
