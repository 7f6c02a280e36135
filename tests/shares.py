"""Which run a test belongs to when the suite runs on both databases: each runs in one of them at least."""


def asks_for_a_database(item) -> bool:
    return "host" in getattr(item, "fixturenames", ())


def once(config, items, is_meant) -> None:
    """Of the tests that ask for a database, those run beside SQLite alone: no database changes what they look at."""
    if config.getoption("--database") == "postgresql":
        leave_out(config, items, lambda item: asks_for_a_database(item) and is_meant(item))


def no_database(config, items) -> None:
    """Who asks for no database cannot tell which one it is: beside SQLite, or where `--no-database here` says."""
    beside = "here" if config.getoption("--database") == "sqlite" else "elsewhere"
    if (config.getoption("--no-database") or beside) == "elsewhere":
        leave_out(config, items, lambda item: not asks_for_a_database(item))


def leave_out(config, items, unwanted) -> None:
    left_out, kept = [], []
    for item in items:
        (left_out if unwanted(item) else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
