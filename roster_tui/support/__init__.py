"""Asking for help without giving students away: the guard over every text that leaves."""
