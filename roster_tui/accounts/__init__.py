"""Platform accounts: the directory that keeps them, and actions with plan, guard, journal and outcome."""
