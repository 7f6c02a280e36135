"""The actions of the supermarket, one file a noun. Who acts is always `actor=`.

Locks are taken in one order everywhere, so that no two of these actions can wait for each other in a circle:
the clerk's count of wrong codes, the person's purse, the redemption, the points, the items by id, their
batches, the day's counter.
"""
