"""The verbs of wishes, by noun: writing, reviewing, rounds, claims, deadlines. Who acts is always `actor=`."""
