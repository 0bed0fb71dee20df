"""A rule may be about any type of fact: what it says is found, placed, fixed and suppressed without more ado."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cachelint.caching import facts as facts_module
from cachelint.caching.calls import CacheCall, Delete, Read, Write
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.fact import Fact
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key
from cachelint.caching.project import Project
from cachelint.caching.settings import CacheSettings
from cachelint.findings import Applicability, Edit, Fix, Place, Severity
from cachelint.fixes.base import FixBlocked
from cachelint.rules import base, loading, registry
from cachelint.rules.base import Report, Rule
from cachelint.run import analysis, checker
from cachelint.run.session import Options, run
from tests.support import make_project

CODE = """\
import pickle

from django.core.cache import cache


def keep(pk):
    cache.set(f"book:v1:{pk}", 1, 60)


def read(pk):
    return cache.get(f"book:v1:{pk}"), pickle.loads(cache.get("raw"))


def drop(pk):
    cache.delete(f"book:v1:{pk}")
    cache.touch("raw", 60)
"""


@dataclass(frozen=True)
class Tag(Fact):
    """A fact of a sort that the program does not know: a tag in a template."""

    line: int

    @property
    def place(self) -> Place:
        return Place("page.html", self.line, 1, self.line, 16)


def _rule(fact_type: type, *, fix: Any = None, in_tests: bool = True) -> Rule:
    rule = Rule("CL999", "A rule of a test.", "Why.", Severity.HIGH, (), fix=fix, in_tests=in_tests, no_fix="think")

    @rule.on(fact_type)
    def check(fact: Any, facts: Facts) -> Iterator[Report]:
        yield Report(fact.place, f"a {type(fact).__name__}")

    return rule


def _found(root: Path, rule: Rule, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    return [(f.place.path, f.place.line, f.message) for f in _findings(root, rule, monkeypatch)]


def _findings(root: Path, rule: Rule, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    names = {**registry.NAMES, "CL999": "of-a-test"}
    for module in (registry, base):
        monkeypatch.setattr(module, "NAMES", names)
    for module in (loading, checker):
        monkeypatch.setattr(module, "rules", lambda: (rule,))
    return run(Options(root, frozenset({"CL999"}), use_store=False)).findings


@pytest.mark.parametrize(
    ("fact_type", "lines"),
    [(Write, [7]), (Read, [11, 11]), (Delete, [15]), (CacheCall, [7, 11, 11, 15, 16]), (Deserialization, [11])],
)
def test_calls(fact_type: type, lines: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _found(make_project(tmp_path, "", app__kept=CODE), _rule(fact_type), monkeypatch)
    assert [line for path, line, _ in found if path == "app/kept.py"] == lines


def test_a_key_stands_at_its_first_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = _findings(make_project(tmp_path, "", app__kept=CODE), _rule(Key), monkeypatch)
    assert [(f.place.line, f.key, f.function) for f in findings if f.place.path == "app/kept.py"] == [
        (7, "book:v1:{pk}", "keep"),
        (11, "raw", "read"),
    ]


def test_entries_of_settings_have_a_place_and_are_suppressed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(tmp_path, "", app__kept=CODE)
    found = _found(root, _rule(CacheSettings), monkeypatch)
    assert len(found) == 3
    path, line, _ = found[1]
    settings = root / path
    lines = settings.read_text().splitlines()
    lines[line - 1] += "  # cachelint: ignore CL999 -- known"
    settings.write_text("\n".join(lines))
    monkeypatch.setattr(registry, "_ALL", {**registry.NAMES, "CL999": "of-a-test"})
    assert _found(root, _rule(CacheSettings), monkeypatch) == [found[0], found[2]]


def test_the_project_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_found(make_project(tmp_path, "", app__kept=CODE), _rule(Project), monkeypatch)) == 1


def test_a_new_type_of_fact_needs_no_more_than_a_collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, "", app__kept=CODE)
    (root / "page.html").write_text(
        "{% cache 5 a %}{# cachelint: ignore CL999 -- a reason #}\n{% endcache %}\n{% cache 5 b %}\n"
    )
    asked: list[Facts] = []

    def collect(facts: Facts) -> list[Tag]:
        asked.append(facts)
        return [Tag(line) for line in (1, 3)]

    monkeypatch.setitem(facts_module.COLLECTORS, Tag, collect)
    monkeypatch.setattr(registry, "_ALL", {**registry.NAMES, "CL999": "of-a-test"})
    assert _found(root, _rule(Write), monkeypatch)
    assert not asked, "what no rule asks for is not collected"
    assert _found(root, _rule(Tag), monkeypatch) == [("page.html", 3, "a Tag")]


def test_the_fix_of_a_rule_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, "", app__kept=CODE)

    def fix(write: Write, facts: Facts) -> Fix:
        return Fix("write 2", (Edit(write.at("value"), "2"),), Applicability.SAFE)

    def blocked(write: Write, facts: Facts) -> Fix:
        raise FixBlocked("it is Sunday")

    (finding,) = _findings(root, _rule(Write, fix=fix), monkeypatch)
    assert finding.fix is not None
    assert finding.fix.title == "write 2"
    (finding,) = _findings(root, _rule(Write, fix=blocked), monkeypatch)
    assert (finding.fix, finding.no_fix) == (None, "it is Sunday")
    (finding,) = _findings(root, _rule(Write), monkeypatch)
    assert (finding.fix, finding.no_fix) == (None, "think")


def test_a_rule_says_whether_it_looks_at_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, "", tests__test_it=CODE)
    assert analysis.__doc__
    rule = _rule(Write, in_tests=False)
    assert len(_found(root, _rule(Write), monkeypatch)) == 1
    assert _found(root, rule, monkeypatch) == []
