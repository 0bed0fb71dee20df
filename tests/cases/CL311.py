# --- nothing between
def remember(a: str, b: str):
    cache.set(f"n:v1:{a}{b}", 1, 60)  # CL311


def read(a: str, b: str):
    return cache.get(f"n:v1:{a}{b}")


# --- a character that both may hold
def remember(a: str, b: str):
    cache.set(f"n:v1:{a}_{b}", 1, 60)  # CL311


def read(a: str, b: str):
    return cache.get(f"n:v1:{a}_{b}")


# --- one that they hardly hold
def remember(a: str, b: str):
    cache.set(f"n:v1:{a}:{b}", 1, 60)


def read(a: str, b: str):
    return cache.get(f"n:v1:{a}:{b}")


# --- numbers, and what is not known
def remember(a: int, b: int, c, d):
    cache.set(f"n:v1:{a}_{b}", 1, 60)
    cache.set(f"m:v1:{c}_{d}", 1, 60)


def read(a: int, b: int, c, d):
    return cache.get(f"n:v1:{a}_{b}"), cache.get(f"m:v1:{c}_{d}")


# --- slugs and codes
def remember(slug: str, lang: str):
    cache.set(f"n:v1:{slug}_{lang}", 1, 60)


def read(slug: str, lang: str):
    return cache.get(f"n:v1:{slug}_{lang}")
