# --- pickled first
def keep(rows):
    cache.set("rows", pickle.dumps(rows), 60)  # CL104 CL402


# --- the rows themselves
def keep(rows):
    cache.set("rows", rows, 60)


# --- through a name and a compressor
def keep(rows):
    data = zlib.compress(pickle.dumps(rows))
    cache.set("rows", data, 60)  # CL104 CL402


# --- pickled for its size only
def keep(rows):
    size = len(pickle.dumps(rows))
    cache.set("rows", rows, 60)
    cache.set("size", size, 60)


# --- json is no pickle
def keep(rows):
    cache.set("rows", json.dumps(rows), 60)
