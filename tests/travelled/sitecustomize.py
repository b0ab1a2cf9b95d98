"""Python imports this at its start where the tests put its folder on the path: a process whose clock is another."""

import os

if offset := os.environ.get("TESTS_CLOCK_OFFSET"):
    import time

    import time_machine

    time_machine.travel(time.time() + float(offset)).start()
