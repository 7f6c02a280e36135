"""What a spreadsheet program makes of a text in a file of ours."""

from typing import Any

# What begins a formula, also in the width of Chinese type, and what is skipped before one (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def harmless(value: Any) -> Any:
    """A value of a CSV file, a text marked as a text where a program could take it for a formula (ASVS 1.2.10)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
