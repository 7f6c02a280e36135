"""Somebody can do again what they could not (a suspension is over, an age is put right): what they wait for is asked.

`hold()` before the person's own row is locked, `ask()` after the change: `rights.freed` does both.
"""

from backend.volunteering.actions import waitlist

hold, ask = waitlist.hold_of, waitlist.ask
