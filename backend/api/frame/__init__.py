"""How a route is made, documented, guarded, rate-limited and logged; every folder of the API uses it."""
