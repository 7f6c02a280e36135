"""How long or how large may be what is written about points: said once, for the columns, the API and the forms."""

from backend import journal

# What one adjustment may give or take at most: two of them are two decisions.
ADJUSTED_MAX = 10_000
# No single activity or wish is worth more, and no cap needs to be higher.
EARNED_MAX = 1000
REASON_MAX = journal.REASON_MAX
# What a person brings over from the paper book of one year, and how far ahead its points may end.
OPENED_MAX = 100_000
YEARS_AHEAD = 10
