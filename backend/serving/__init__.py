"""How gunicorn's workers treat connections. Knows nothing of the product; `gunicorn.conf.py` alone imports it."""
