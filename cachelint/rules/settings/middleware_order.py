"""CL705: the middleware of the site-wide cache stands in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.project import Project
from cachelint.findings import Severity
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import is_of_no_site

RULE = Rule(
    code="CL705",
    summary="The middleware of the site-wide cache stands in the wrong place.",
    why="""\
Responses go through the middleware from the last to the first. `UpdateCacheMiddleware` stores what has gone through all
that stands below it, so what adds to `Vary` (sessions, languages, gzip) must stand below; `FetchFromCacheMiddleware`
must know these headers, so it stands below them too. In another order one visitor's page is given to all.""",
    severity=Severity.HIGH,
    no_fix="put `UpdateCacheMiddleware` first and `FetchFromCacheMiddleware` last",
    in_tests=False,
    examples=(
        Example(
            bad="""\
MIDDLEWARE = [  # CL705
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
""",
            good="""\
MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
""",
        ),
    ),
    references=(
        (
            "Django: order of MIDDLEWARE",
            "https://docs.djangoproject.com/en/stable/topics/cache/#order-of-middleware",
        ),
    ),
)

_UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
_FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
#: What changes `Vary`, or what a page is for whom.
_VARYING = frozenset(
    {
        "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.gzip.GZipMiddleware",
        "django.middleware.locale.LocaleMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    }
)  # fmt: skip


@RULE.on(Project)
def check(project: Project, facts: Facts) -> Iterator[Report]:
    """One finding for an assignment of MIDDLEWARE."""
    if is_of_no_site(facts):
        return
    for module in facts.interpreter.settings_modules:
        for definition in (*module.naming("MIDDLEWARE"), *module.naming("MIDDLEWARE_CLASSES")):
            parsed = module.parsed(definition) if definition.form == "assignment" else None
            for node in descendants(parsed.module) if parsed is not None else ():
                if isinstance(node, cst.Assign) and isinstance(node.value, cst.List | cst.Tuple):
                    said = _wrong(node.value)
                    if said and parsed is not None:
                        yield Report(parsed.place(node), said)


def _wrong(listed: cst.List | cst.Tuple) -> str:
    names = [str(e.value.evaluated_value) if isinstance(e.value, cst.SimpleString) else "" for e in listed.elements]
    if _UPDATE not in names and _FETCH not in names:
        return ""
    varying = [index for index, name in enumerate(names) if name in _VARYING]
    if _UPDATE in names:
        wrong = next((index for index in varying if index < names.index(_UPDATE)), None)
        if wrong is not None:
            return (
                f"`UpdateCacheMiddleware` stands below `{names[wrong].rpartition('.')[2]}`: pages are stored before it "
                "says whom they are for, and one visitor's page is given to all; put `UpdateCacheMiddleware` first"
            )
    if _FETCH in names:
        wrong = next((index for index in varying if index > names.index(_FETCH)), None)
        if wrong is not None:
            return (
                f"`FetchFromCacheMiddleware` stands above `{names[wrong].rpartition('.')[2]}`: it looks for pages "
                "without knowing the visitor; put `FetchFromCacheMiddleware` last"
            )
    if _FETCH in names and _UPDATE in names and names.index(_FETCH) < names.index(_UPDATE):
        return "`FetchFromCacheMiddleware` stands above `UpdateCacheMiddleware`: put the one last and the other first"
    return ""
