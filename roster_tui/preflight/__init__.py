"""SIS files before their upload: what is wrong with them, and what tonight would do with them."""

from roster_tui.preflight.run import Preflight, check_only, preflight

__all__ = ["Preflight", "check_only", "preflight"]
