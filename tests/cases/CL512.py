# --- dropped
async def forget(pk):
    cache.adelete(f"price:v1:{pk}")  # CL512


# --- awaited
async def forget(pk):
    await cache.adelete(f"price:v1:{pk}")


# --- gathered
import asyncio


async def forget(pk):
    await asyncio.gather(cache.adelete(f"price:v1:{pk}"), cache.adelete(f"name:v1:{pk}"))


# --- tested
async def known(pk):
    if cache.ahas_key(f"price:v1:{pk}"):  # CL512
        return True
    return False


# --- a variable that is awaited later
async def price(pk):
    found = cache.aget(f"price:v1:{pk}", 0)
    return await found


# --- a variable that never is
async def price(pk):
    found = cache.aget(f"price:v1:{pk}", 0)  # CL512
    if found is None:
        return 0
    return 1


# --- returned to who awaits it
def price(pk):
    return cache.aget(f"price:v1:{pk}", 0)


# --- an async function is not awaited by `aget_or_set`
async def load():
    return 1


async def price(pk):
    return await cache.aget_or_set(f"price:v1:{pk}", load, 60)  # CL512


# --- a plain one is called
def load():
    return 1


async def price(pk):
    return await cache.aget_or_set(f"price:v1:{pk}", load, 60)
