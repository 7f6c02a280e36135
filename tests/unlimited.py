"""Settings without limits: the crowds of a few people in faults, drills and measurements are not to be slowed down."""

UNLIMITED = {
    "RATE_LIMIT_PERSON": "100000000/minute",
    "RATE_LIMIT_ADDRESS": "100000000/minute",
    "WISHES_PER_MINUTE": "1000000",
    "WISHES_PER_DAY": "1000000",
    "DRAFTS_PER_DAY": "1000000",
    "SIGN_INS_PER_DAY": "1000000",
    "KEYS_PER_DAY": "1000000",
}
