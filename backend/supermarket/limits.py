"""How long or how large may be what is written about shops, items, orders and stock: said once, for the columns, the
API, the forms of the console and the sheet of the opening stock.

What one door takes and the other may not answer breaks the contract of the second.
"""

from backend import journal

# A shop.
SHOP_NAME_MAX = 60
ADDRESS_MAX = 120
APPROVE_DAYS_MAX = 60
PICK_UP_DAYS_MAX = 90
CLOSED_DAYS_MAX = 200
# So many bookings end with one change of its hours: each is a few statements of one transaction.
ENDED_AT_ONCE = 30

# An item; points and units of one.
ITEM_NAME_MAX = 60
DESCRIPTION_MAX = 500
UNIT_MAX = 12
POINTS_MAX = 100_000
UNITS_MAX = 100_000
SLOT_MINUTES_MIN, SLOT_MINUTES_MAX = 15, 720

# An order: so many different things, so many slots of a venue.
LINES_MAX = 20
SLOTS_MAX = 12
# So many weeks has a series of bookings.
SERIES_MAX = 12
PURPOSE_MAX = 300
PROXY_NAME_MAX = 60

# A receipt, its cost in yuan.
DONOR_MAX = 60
BATCH_MAX = 40
DOCUMENT_MAX = 60
COST_MAX = 10_000_000
DELIVERY_LINES_MAX = 40

# Why something was turned down, returned, written off or differs; and so many items are counted at once.
REASON_MAX = journal.REASON_MAX
COUNTED_ITEMS_MAX = 200
