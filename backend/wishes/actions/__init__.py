"""The actions of wishes, one file a noun: writing, reviewing, rounds, claims, deadlines. Who acts is always `actor=`."""
