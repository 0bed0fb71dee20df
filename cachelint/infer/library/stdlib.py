"""Functions and classes of the standard library, and of a few packages that everybody uses."""

from __future__ import annotations

import datetime

from cachelint.infer.library.builtins import CALLS as BUILTINS
from cachelint.infer.library.call import Call, Result
from cachelint.library.picklers import DUMPERS
from cachelint.types.base import BOOL, BYTES, FLOAT, INT, NEVER, NO_VALUE, NONE, UNKNOWN, Scalar, Type, force
from cachelint.types.cache import Cached, Pickled, RawClient
from cachelint.types.code import ExternalSymbol, Partial
from cachelint.types.containers import Dict, Iterator, List, Tuple
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, constant, literal

_DATETIME = Scalar("datetime.datetime")
_DATE = Scalar("datetime.date")


def _all(typ: Type, *names: str) -> dict[str, Result]:
    return {name: _fixed(typ) for name in names}


def _fixed(typ: Type) -> Result:
    return lambda made: typ


def _timedelta(made: Call) -> Type:
    names = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    values: dict[str, float] = {}
    for index, name in enumerate(names):
        if made.arguments.get(index, name) is None:
            continue
        value = made.arguments.constant(index, name)
        if not isinstance(value, int | float):
            return Scalar("datetime.timedelta")
        values[name] = value
    try:
        return literal(datetime.timedelta(**values))
    except OverflowError:
        return Scalar("datetime.timedelta")


def _pickled(maker: str) -> Result:
    return lambda made: Pickled(maker, made.arguments.get(0) or UNKNOWN)


def _same(made: Call) -> Type:
    return made.typ(0)


def _through(made: Call) -> Type:
    """Bytes in, bytes out: compression and base64 keep where the bytes came from."""
    found: list[Type] = []
    for member in members(made.typ(0)):
        found.append(member if isinstance(member, Cached | Pickled) else BYTES)
    return join_all(found)


def _tostring(made: Call) -> Type:
    """XML as bytes, or as a text where the encoding is said to be none."""
    given = made.arguments.get(1, "encoding")
    if given is None:
        return BYTES
    encoding = constant(force(given))
    if encoding is NO_VALUE:
        return UNKNOWN
    return STR if encoding in ("unicode", "str") else BYTES


def _defaultdict(made: Call) -> Type:
    factory = made.arguments.get(0)
    return Dict(NEVER, NEVER, default=force(factory) if factory is not None else None, type="defaultdict")


def _ordered(made: Call) -> Type:
    return BUILTINS["dict"](made)


def _counter(made: Call) -> Type:
    return Dict(made.element() if made.arguments.positional else NEVER, INT, type="Counter")


def _partial(made: Call) -> Type:
    arguments = made.arguments
    if not arguments.positional or arguments.star:
        return UNKNOWN
    return Partial(arguments.positional[0], arguments.positional[1:], tuple(arguments.keywords.items()))


def _chain(made: Call) -> Type:
    return Iterator(join_all(made.element(i) for i in range(len(made.arguments.positional))), "itertools.chain")


def _chain_iterable(made: Call) -> Type:
    return Iterator(made.context.iterate(made.element()), "itertools.chain")


def _choice(made: Call) -> Type:
    return made.element()


def _loads(made: Call) -> Type:
    return UNKNOWN


def _load_json(made: Call) -> Type:
    parse_float = made.arguments.typ(-1, "parse_float")
    if parse_float == ExternalSymbol("decimal.Decimal"):
        return join(Dict(STR, join(Scalar("decimal.Decimal"), UNKNOWN)), UNKNOWN)
    return UNKNOWN


def _environ(made: Call) -> Type:
    default = made.arguments.get(1, "default")
    return join(STR, default if default is not None else NONE)


def _namedtuple(made: Call) -> Type:
    """``namedtuple("Point", "x y")``: what it gives makes named tuples."""
    name, fields = made.arguments.constant(0, "typename"), made.typ(1, "field_names")
    names: list[Type] = []
    text = constant(fields)
    if isinstance(text, str):
        names = [literal(part) for part in text.replace(",", " ").split()]
    elif isinstance(fields, List | Tuple) and fields.items is not None:
        names = [force(item) for item in fields.items]
    return Partial(ExternalSymbol(_INSTANCE), (literal(name or "namedtuple"), Tuple(STR, tuple(names))))


_INSTANCE = "collections.namedtuple instance"


def _namedtuple_instance(made: Call) -> Type:
    name, fields = made.arguments.constant(0), made.typ(1)
    names = [constant(item) for item in fields.items or ()] if isinstance(fields, Tuple) else []
    known = [n for n in names if isinstance(n, str)]
    given = made.arguments.positional[2:]
    items = [*given, *(made.arguments.keywords.get(n, UNKNOWN) for n in known[len(given) :])]
    if made.arguments.star or len(known) != len(items):
        return Tuple(UNKNOWN, None, str(name))
    return Tuple(join_all(items), tuple(items), str(name), tuple(known))


def _typed_namedtuple(made: Call) -> Type:
    """``NamedTuple("Point", [("x", int)])``."""
    return Partial(
        ExternalSymbol(_INSTANCE), (literal(made.arguments.constant(0, "typename") or "NamedTuple"), UNKNOWN)
    )


CALLS: dict[str, Result] = {
    **_all(_DATETIME, "datetime.datetime", "datetime.datetime.now", "datetime.datetime.utcnow",
           "datetime.datetime.fromtimestamp", "datetime.datetime.strptime", "datetime.datetime.combine",
           "datetime.datetime.fromisoformat", "datetime.datetime.utcfromtimestamp", "datetime.datetime.today",
           "dateutil.parser.parse", "dateutil.parser.isoparse"),
    **_all(_DATE, "datetime.date", "datetime.date.today", "datetime.date.fromisoformat", "datetime.date.fromtimestamp"),
    **_all(Scalar("datetime.time"), "datetime.time", "datetime.time.fromisoformat"),
    "datetime.timedelta": _timedelta,
    **_all(Scalar("decimal.Decimal"), "decimal.Decimal"),
    **_all(Scalar("fractions.Fraction"), "fractions.Fraction"),
    **_all(Scalar("uuid.UUID"), "uuid.uuid1", "uuid.uuid3", "uuid.uuid4", "uuid.uuid5", "uuid.uuid7", "uuid.UUID"),
    **_all(STR, "json.dumps", "simplejson.dumps", "time.strftime", "time.ctime", "uuid.uuid4.hex", "os.getcwd",
           "os.getenv", "platform.node", "socket.gethostname", "textwrap.dedent", "secrets.token_hex",
           "secrets.token_urlsafe", "html.escape", "html.unescape", "urllib.parse.urlencode", "urllib.parse.urljoin",
           "urllib.parse.quote", "urllib.parse.quote_plus", "urllib.parse.unquote", "urllib.parse.urlunparse",
           "re.sub", "re.escape", "os.path.join", "os.path.basename", "os.path.dirname", "os.path.abspath",
           "os.path.normpath", "os.path.realpath", "traceback.format_exc", "locale.getlocale", "inspect.getsource"),
    **_all(List(STR), "re.split", "os.listdir", "glob.glob", "shlex.split"),
    **_all(FLOAT, "time.time", "time.monotonic", "time.perf_counter", "time.process_time", "random.random",
           "random.uniform", "math.sqrt", "math.log", "os.path.getmtime"),
    **_all(INT, "time.time_ns", "random.randint", "random.randrange", "secrets.randbelow", "math.floor", "math.ceil",
           "os.getpid", "os.path.getsize", "zlib.crc32", "zlib.adler32"),
    **_all(BOOL, "os.path.exists", "os.path.isfile", "os.path.isdir", "hmac.compare_digest"),
    **dict.fromkeys(("xml.etree.ElementTree.tostring", "lxml.etree.tostring", "lxml.html.tostring"), _tostring),
    **_all(BYTES, "os.urandom", "secrets.token_bytes", "subprocess.check_output", "base64.urlsafe_b64decode"),
    **_all(Scalar("hash"), "hashlib.md5", "hashlib.sha1", "hashlib.sha256", "hashlib.sha512", "hashlib.sha224",
           "hashlib.blake2b", "hashlib.blake2s", "hashlib.new", "hmac.new", "hashlib.sha384"),
    **_all(Scalar("re.Pattern"), "re.compile"),
    **_all(join(Scalar("re.Match"), NONE), "re.match", "re.search", "re.fullmatch"),
    **_all(Scalar("pathlib.Path"), "pathlib.Path", "pathlib.PurePath", "pathlib.Path.cwd", "pathlib.Path.home"),
    **_all(Scalar("io.BytesIO"), "io.BytesIO"),
    **_all(Scalar("io.StringIO"), "io.StringIO"),
    **_all(Scalar("threading.Lock"), "threading.Lock", "threading.RLock", "threading.Semaphore", "threading.Event",
           "threading.Condition", "asyncio.Lock", "multiprocessing.Lock"),
    **_all(Scalar("threading.local"), "threading.local"),
    **_all(Scalar("socket.socket"), "socket.socket", "socket.create_connection"),
    **_all(Scalar("types.MappingProxyType"), "types.MappingProxyType"),
    **_all(Scalar("file"), "tempfile.TemporaryFile", "tempfile.NamedTemporaryFile", "io.open", "gzip.open"),
    **_all(Scalar("collections.deque"), "collections.deque"),
    **_all(Scalar("zoneinfo.ZoneInfo"), "zoneinfo.ZoneInfo"),
    **_all(Scalar("datetime.tzinfo"), "pytz.timezone"),
    **_all(Scalar("packaging.version.Version"), "packaging.version.parse", "packaging.version.Version"),
    **_all(Scalar("requests.Response"), *(f"requests.{m}" for m in ("get", "post", "put", "patch", "delete", "head", "request"))),
    **_all(Scalar("requests.Response"), *(f"httpx.{m}" for m in ("get", "post", "put", "patch", "delete", "head", "request"))),
    **_all(Scalar("requests.Session"), "requests.Session", "requests.session", "requests.sessions.Session", "httpx.Client"),
    "collections.defaultdict": _defaultdict,
    "collections.OrderedDict": _ordered,
    "collections.Counter": _counter,
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _typed_namedtuple,
    _INSTANCE: _namedtuple_instance,
    "typing.cast": lambda made: made.typ(1),
    "functools.partial": _partial,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_iterable,
    "itertools.islice": lambda made: Iterator(made.element(), "itertools.islice"),
    "itertools.groupby": _fixed(Iterator(UNKNOWN, "itertools.groupby")),
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "random.choice": _choice,
    "random.sample": lambda made: List(made.element()),
    "random.shuffle": _fixed(NONE),
    "os.environ.get": _environ,
    "json.loads": _load_json,
    "json.load": _load_json,
    **{name: _pickled(shown) for name, shown in DUMPERS.items()},
    "jsonpickle.encode": _fixed(STR),
    **dict.fromkeys(("zlib.compress", "zlib.decompress", "gzip.compress", "gzip.decompress", "bz2.compress", "bz2.decompress", "lzma.compress", "lzma.decompress", "base64.b64encode", "base64.b64decode", "base64.urlsafe_b64encode", "base64.standard_b64decode", "base64.decodebytes", "base64.encodebytes", "binascii.hexlify", "binascii.unhexlify", "base64.b85encode", "base64.b85decode", "lz4.frame.compress", "lz4.frame.decompress", "zstandard.decompress"), _through),
    **{name: _fixed(RawClient("the redis client")) for name in (
        "redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url", "redis.StrictRedis.from_url",
        "redis.client.Redis", "redis.asyncio.Redis", "redis.asyncio.from_url", "fakeredis.FakeRedis",
        "django_redis.get_redis_connection", "redis.RedisCluster", "redis.cluster.RedisCluster", "redis.sentinel.Sentinel",
    )},
    **{name: _fixed(RawClient("the memcached client")) for name in (
        "memcache.Client", "pylibmc.Client", "pymemcache.Client", "pymemcache.client.base.Client",
        "pymemcache.client.Client", "pymemcache.client.hash.HashClient", "bmemcached.Client",
    )},
    "contextlib.closing": _same,
    "asyncio.sleep": _fixed(UNKNOWN),
}  # fmt: skip
