# --- in an async function
async def price(pk):
    return cache.get(f"price:v1:{pk}", 0)  # CL511


# --- awaited
async def price(pk):
    return await cache.aget(f"price:v1:{pk}", 0)


# --- in a function inside it
async def price(pk):
    def load():
        return cache.get(f"price:v1:{pk}", 0)

    return await run(load)


# --- in a lambda
async def price(pk):
    return await run(lambda: cache.get(f"price:v1:{pk}", 0))


# --- a method without a twin
async def price(pk):
    return caches["redis"].ttl(f"price:v1:{pk}")


# --- `in`
async def known(pk):
    return f"price:v1:{pk}" in cache  # CL511


# --- in no async function
def price(pk):
    return cache.get(f"price:v1:{pk}", 0)


# --- the default of a parameter
async def price(pk, rate=cache.get("rate:v1", 1)):
    return pk * rate


# --- the body of a class
async def prices():
    class Rates:
        today = cache.get("rate:v1", 1)

    return Rates
