"""Who gets in where is decided by the same words and reach on either database; the verbs' own tests run on both."""

from tests import shares


def pytest_collection_modifyitems(config, items):
    """The whole table costs thousands of restored databases, which PostgreSQL makes slowly: once a run is enough."""
    shares.once(config, items, lambda item: item.module.__name__.endswith("test_matrix"))
