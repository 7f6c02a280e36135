"""点亮: one deployment of micro-wishes, volunteering and points for all communities of a city.

How the packages are arranged, and where something new belongs: docs/architecture.md. What the words mean and where
each of them lives: docs/glossary.md.
"""

VERSION = "0.1.0"
