"""HTTP as both services we ask need it: one exchange at a time, bounded in time and memory, with no secret shown.

Knows neither Clever nor a platform: what an answer means is for whoever asked.
"""

import sys

# Where Rich is installed, httpx imports a command line of its own with it: half of what its import costs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
