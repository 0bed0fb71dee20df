# --- zero
def zero():
    cache.set("zero", 1, 0)  # CL203


# --- one
def one():
    cache.set("one", 1, 1)


# --- negative
def negative():
    cache.set("negative", 1, timeout=-1)  # CL203


# --- a difference that is positive
def positive():
    cache.set("positive", 1, timeout=120 - 60)


# --- computed
def computed():
    cache.set("computed", 1, timeout=60 - 60)  # CL203


# --- a timedelta's seconds
def delta():
    cache.set("delta", 1, timeout=datetime.timedelta(hours=1).total_seconds())


# --- zero only where nobody says otherwise
def environment():
    cache.set("environment", 1, timeout=int(os.environ.get("TIMEOUT", "0")))


# --- a wrapper whose own default is 0 means to keep nothing
def keep(key, value, minutes=0):
    cache.set(key, value, minutes * 60)


def use():
    keep("x", 1)
    keep("x", 1, minutes=0)  # CL203
    keep("x", 1, minutes=5)
