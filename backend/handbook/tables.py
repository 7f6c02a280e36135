"""The move tables that people meet, with their names in Chinese: for the diagrams and for a client's buttons."""

from backend import capabilities
from backend.moves import MoveTable

# A capability says them beside its moves.
TABLES: tuple[MoveTable, ...] = tuple(
    table for states in capabilities.modules("states") for table in states.TABLES
)
# What `actions` may name beside the moves themselves: buttons that change no state of the thing's own.
OTHER_BUTTONS: dict[str, dict[str, str]] = {
    kind: buttons
    for states in capabilities.modules("states")
    for kind, buttons in getattr(states, "OTHER_BUTTONS", {}).items()
}
# Everyone whom a move may name; a capability says its own in FACTS beside its labels.
PERSONS: dict[str, str] = {
    **{
        fact: word
        for labels in capabilities.modules("labels")
        for fact, word in getattr(labels, "FACTS", {}).items()
    },
    "time": "到期自动",
}
