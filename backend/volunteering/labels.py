"""Chinese words for the states and kinds of activities and service records."""

SYNC_STATES = {"not_synchronised": "尚未同步", "synchronised": "已同步"}
