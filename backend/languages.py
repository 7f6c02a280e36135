"""In which language the command line speaks: Chinese where LANG says so, English everywhere else."""

import os

# In the order in which POSIX asks them; an empty one says nothing.
_ASKED = ("LC_ALL", "LC_MESSAGES", "LANG")


def chinese() -> bool:
    """Does whoever sits at this terminal read Chinese?"""
    told = next((value for name in _ASKED if (value := os.environ.get(name))), "")
    return told.lower().startswith("zh")


def say(english: str, in_chinese: str) -> str:
    """One of two sentences that say the same."""
    return in_chinese if chinese() else english
