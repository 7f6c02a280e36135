"""The verbs of the supermarket, by noun. Who acts is always `actor=`.

Locks are taken in one order everywhere, so that no two of these verbs can wait for each other in a circle:
the clerk's count of wrong codes, the person's purse, the redemption, the points, the items by id, their
batches, the day's counter.
"""
