"""点亮: one deployment of micro-wishes, volunteering and points for all communities of a city."""
