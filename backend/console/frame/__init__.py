"""How a console page is made: guard, forms, decisions, the list of what waits, menu, uploads."""
