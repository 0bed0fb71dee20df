# --- the body
def store(request):
    return pickle.loads(request.body)  # CL403


# --- decoded on the way
def store(request):
    import base64

    data = base64.b64decode(request.POST["state"])
    return pickle.loads(zlib.decompress(data))  # CL403


# --- an uploaded file
def store(request):
    return pickle.load(request.FILES["dump"])  # CL403


# --- a signature is checked
def store(request):
    from django.core import signing

    return pickle.loads(signing.Signer().unsign(request.POST["state"]).encode())


# --- a row
def store(request, row):
    return pickle.loads(row.state)


# --- JSON
def store(request):
    return json.loads(request.body)


# --- yaml with a safe loader
def store(request):
    return yaml.safe_load(request.body)
