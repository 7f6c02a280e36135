"""How a route is made, documented, guarded, limited and watched; every room behind this door stands on it."""
