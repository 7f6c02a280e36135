"""What parsers are fed with: noise and almost-right things, the same in every run, so that what is found is
found again."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# Control characters and what no database may store among them.
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def fuzzed(examples):
    """So many examples, the same in every run, however slow the machine."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
