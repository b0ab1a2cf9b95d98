"""A keyboard-driven console for the people who keep a school district's rosters healthy."""

__version__ = "0.2.0"
