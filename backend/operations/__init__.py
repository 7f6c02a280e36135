"""What keeps an installation alive: copies of it, their way back, and a look at what is wrong with it."""
