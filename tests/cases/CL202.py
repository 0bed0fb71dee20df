# --- None
def forever():
    cache.set("forever", 1, None)  # CL202


# --- a number
def hour():
    cache.set("hour", 1, 60 * 60)


# --- a constant that is None
FOREVER = None


def constant():
    cache.set("constant", 1, timeout=FOREVER)  # CL202


# --- a constant that is none
HOUR = 60 * 60


def constant():
    cache.set("constant", 1, timeout=HOUR)


# --- a setting that is None
def setting():
    cache.set("setting", 1, timeout=settings.NEVER)  # CL202


# --- a setting that the environment decides
def setting():
    cache.set("setting", 1, timeout=settings.FROM_ENVIRONMENT)


# --- a wrapper's default
def keep(key, value, timeout=None):
    cache.set(key, value, timeout)


def kept():
    keep("kept", 1)  # CL202
    keep("kept", 1, timeout=60)


# --- a parameter that may be None
def given(timeout=None):
    cache.set("given", 1, timeout)


# --- None on one path only
def sometimes(long):
    timeout = None if long else 60
    cache.set("sometimes", 1, timeout)
