"""Who gets in where is decided by the same words and reach on either database; the verbs' own tests run on both."""


def pytest_collection_modifyitems(config, items):
    """The whole table costs thousands of restored databases, which PostgreSQL makes slowly: once a run is enough."""
    if config.getoption("--database") == "postgresql":
        table = [item for item in items if item.module.__name__.endswith("test_matrix")]
        items[:] = [item for item in items if item not in table]
        config.hook.pytest_deselected(items=table)
