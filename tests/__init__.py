"""The tests. They are imported before the product, so a source that changes later is not the one that runs."""

import time

BEGAN = time.time()
