"""What keeps, or would keep, the console from working: each part looked at, nothing written, with what to do.

The rules are apart from the looking: `terminal`, `modes` and `clocks` decide on facts that were given to them.
"""

from roster_tui.doctor.checks import Check, State
from roster_tui.doctor.examination import examine, examine_without_settings, report
from roster_tui.doctor.terminal import Terminal, terminal_here

__all__ = ["Check", "State", "Terminal", "examine", "examine_without_settings", "report", "terminal_here"]
