"""Pages that the server names and the mini-program has not yet: the one list of them. A page that is there leaves it."""

TO_COME: set[str] = set()
