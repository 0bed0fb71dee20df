"""CL601: a cache on a server pickles: whether it could leave that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.findings import Severity
from cachelint.library.cache_options import ON_SERVERS
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import backend_of, inner_options, is_of_no_site, may_be_for_production

RULE = Rule(
    code="CL601",
    summary="A cache on a server stores pickled values.",
    why="""\
Whoever can write to the server can execute code in each process that reads from it, and what is pickled can fail to
load after an upgrade. With a JSON serializer neither happens. The message says how many of the values that the project
stores there JSON keeps; `cachelint keys --for-json` lists what stands in the way.""",
    severity=Severity.LOW,
    no_fix="mend what `cachelint keys --for-json` lists, then set a JSON serializer and another VERSION",
    in_tests=False,
    examples=(
        Example(
            bad="""\
CACHES = {
    "default": {  # CL601
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
    },
}
INSTALLED_APPS = []
""",
            good="""\
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
        "VERSION": 2,
        "OPTIONS": {"serializer": "django.core.signing.JSONSerializer"},
    },
}
INSTALLED_APPS = []
""",
        ),
    ),
    deploy="""\
Pickled entries can't be read as JSON: change VERSION or KEY_PREFIX with the serializer, so that nobody finds them.""",
    references=(("Python: pickle", "https://docs.python.org/3/library/pickle.html"),),
)


@RULE.on(CacheSettings)
def check(settings: CacheSettings, facts: Facts) -> Iterator[Report]:
    """One finding for an entry."""
    backend = backend_of(settings)
    if not backend.startswith(ON_SERVERS) or is_of_no_site(facts) or not may_be_for_production(settings.module):
        return
    options = inner_options(settings)
    words = {str(word).lower() for word, _ in options.entries} if options is not None else set()
    if words & {"serializer", "serde", "deserializer"} or (
        options is None and "OPTIONS" in dict(settings.options.entries)
    ):
        return
    written = [key for key in facts.inventory.keys if key.alias == settings.alias and key.count("write")]
    counted = Counter(key.json for key in written)
    if not written:
        ready = "no value is seen to be stored in it"
    elif counted["kept"] == len(written):
        ready = f"JSON keeps the values of all {len(written)} keys: it could leave pickle today"
    else:
        parts = [f"{counted[verdict]} {text}" for verdict, text in _WORDS.items() if counted[verdict]]
        ready = f"of the values of {len(written)} keys {', '.join(parts)}"
    yield Report(
        settings.place,
        f"the cache `{settings.alias}` is on a server and pickles what is stored: whoever can write there can execute "
        f"code here; {ready}",
    )


_WORDS = {"kept": "JSON keeps", "changed": "it changes", "refused": "it refuses", "unknown": "are not known"}
