"""Why something is refused, in the same words from the console, the command line and a plan."""

READ_ONLY = "The console is read-only"
VIEWER = "Viewers change nothing: operator_role in the settings says you are one"
ONLY_ADMINS = "Only admins change roles: operator_role in the settings says you are a lead"
ONLY_ADMINS_OVERRIDE = "Only admins send what the guard stops: operator_role in the settings says you are a lead"
ONLY_ADMINS_SEAL = "Only admins hand students' data over: operator_role in the settings says you are a lead"
ONLY_ADMINS_MAKE_KEYS = "Only admins make a new key of mailed links: operator_role in the settings says you are a lead"
OWN_ACCOUNT = "your own account: ask another administrator"
LAST_ADMINISTRATOR = "the last District Administrator who can sign in: make another one first"
CHANGED_MEANWHILE = "changed meanwhile by somebody else; nothing was done"


def over_the_limit(count: int, limit: int, noun: str = "account") -> str:
    """Return that so many accounts at once need their number typed."""
    return f"{count} {noun}s are more than {limit} at once: type their number to go on"
