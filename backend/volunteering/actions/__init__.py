"""The actions of volunteering, one file a noun. Who acts is always `actor=`. Locks are taken in one order: the activity,
its sign-ups by id, persons by id, purses by person id."""
