"""The help pages: one for each job of a support lead, readable without a network or a district."""

from roster_tui.support.help.pages import Page, filled, matching, page, pages, words_for

__all__ = ["Page", "filled", "matching", "page", "pages", "words_for"]
