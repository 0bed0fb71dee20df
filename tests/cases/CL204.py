# --- touched without a timeout
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, 86400)


def keep(pk):
    cache.touch(f"price:v1:{pk}")  # CL204


# --- with the same
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, 86400)


def keep(pk):
    cache.touch(f"price:v1:{pk}", 86400)


# --- with a shorter one
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, 86400)


def keep(pk):
    cache.touch(f"price:v1:{pk}", 60)  # CL204


# --- with a longer one
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, 60)


def keep(pk):
    cache.touch(f"price:v1:{pk}", 3600)


# --- nothing says how long
def remember(pk):
    cache.set(f"price:v1:{pk}", 1)  # CL201


def keep(pk):
    cache.touch(f"price:v1:{pk}")
