"""Which modules are the settings of the project."""

from __future__ import annotations

import re

from cachelint.project.codebase import Codebase
from cachelint.project.files import is_test
from cachelint.project.module import Module

_NAMED = re.compile(rb"DJANGO_SETTINGS_MODULE['\"]\s*[,:=\]]\s*=?\s*['\"]([\w.]+)['\"]")
_LOOKS = re.compile(rb"^(INSTALLED_APPS|MIDDLEWARE|CACHES|ROOT_URLCONF)\s*(:[^=\n]+)?=", re.M)
_WORDS = ("INSTALLED_APPS", "MIDDLEWARE", "CACHES", "ROOT_URLCONF")
#: A module that takes in all names of another.
_STAR = re.compile(rb"^[ \t]*from[ \t]+([.\w]+)[ \t]+import \*", re.MULTILINE)
#: Settings that build on settings that build on settings.
_MAX_ROUNDS = 3
#: What `startproject` writes at the top, with the name that somebody gave to a project for tests.
_FOR_TRYING = re.compile(
    rb"Django settings for (?:[\w-]+ ){0,3}?(?:[\w-]*[_-])?(?:tests?|testing|example|demo|sandbox)\b", re.IGNORECASE
)
_TESTISH = re.compile(r"(^|/)(tests?|testing|docs?|examples?)/|(^|/)\w*test\w*\.py$")


def settings_modules(codebase: Codebase) -> list[Module]:
    """The settings modules: those that ``DJANGO_SETTINGS_MODULE`` names in the code, and those that look like one.

    Settings for tests are left out where there are others.
    """
    named = _all_named(codebase)
    looking = [module for module in codebase.search(_LOOKS, *_WORDS) if module not in named]
    everything = {*named, *looking}
    candidates = [*named, *(module for module in looking if not _is_fragment(codebase, module, everything))]
    candidates += _building_on(codebase, candidates)
    real = [module for module in candidates if not is_for_tests(module.path)]
    return real or candidates


def is_for_tests(path: str) -> bool:
    """Whether settings in a file are for tests, documentation or an example, by its name."""
    return _TESTISH.search(path) is not None


def say_nothing(modules: list[Module]) -> bool:
    """Whether settings are those of a package's own tests or of an example: projects that use it have others."""
    return bool(modules) and all(_is_of_no_site(module) for module in modules)


def _is_of_no_site(module: Module) -> bool:
    path = module.path
    if is_test(path) or {"project_template", "app_template"} & set(path.split("/")):
        return True
    return bool(module.findall(_FOR_TRYING))


def named_settings(codebase: Codebase) -> list[Module]:
    """The settings modules that the code runs with, but for those of tests."""
    return [module for module in _all_named(codebase) if not is_for_tests(module.path)]


def served_settings(codebase: Codebase) -> list[Module]:
    """The settings modules that the project is served with: those that `wsgi.py` and `asgi.py` name."""
    found: list[Module] = []
    for module in _naming(codebase):
        if module.path.rpartition("/")[2] in ("wsgi.py", "asgi.py"):
            named = [codebase.module(name.decode(), module) for (name,) in module.findall(_NAMED)]
            found += [each for each in named if each is not None and each not in found]
    return found


def _all_named(codebase: Codebase) -> list[Module]:
    named: list[Module] = []
    for module in _naming(codebase):
        for (name,) in module.findall(_NAMED):
            found = codebase.module(name.decode(), module)
            if found is not None and found not in named:
                named.append(found)
    return named


def _is_fragment(codebase: Codebase, module: Module, others: set[Module]) -> bool:
    """Whether a file has nothing but caches, and no other settings take it in: an example, for a container say."""
    if {name for name, _ in module.findall(_LOOKS)} != {b"CACHES"} or _taken_in(codebase, module) & others:
        return False
    word = module.name.rpartition(".")[2]
    return not any(o is not module and o in others and o.near(word) for o in codebase.containing(word))


def _building_on(codebase: Codebase, known: list[Module]) -> list[Module]:
    """Modules that take in all names of settings, and say some of them otherwise: those of another environment."""
    taking = {module: _taken_in(codebase, module) for module in codebase.search(_STAR, "import *")}
    found = dict.fromkeys(known)
    for _ in range(_MAX_ROUNDS):
        fresh = [module for module, others in taking.items() if module not in found and others & found.keys()]
        found.update(dict.fromkeys(fresh))
    return list(found)[len(known) :]


def _taken_in(codebase: Codebase, module: Module) -> set[Module | None]:
    """The modules whose names a module takes in, all of them."""
    return {codebase.module(module.absolute(name.decode()), module) for (name,) in module.findall(_STAR)} - {None}


def names_settings(codebase: Codebase) -> bool:
    """Whether the code says which settings it runs with: a project does, a package for other projects does not."""
    return bool(_naming(codebase))


def _naming(codebase: Codebase) -> list[Module]:
    return codebase.search(_NAMED, "DJANGO_SETTINGS_MODULE")
