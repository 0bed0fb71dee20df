"""``cachelint keys``: what a project keeps in its caches, with what the rules say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cachelint.caching.keys.inventory import EMPTY, Inventory, inventory, joined, moved
from cachelint.findings import Finding
from cachelint.project.source import Source
from cachelint.run.analysis import collect_facts, judge, no_collector
from cachelint.run.options import Options
from cachelint.run.session import files_of
from cachelint.run.subprojects import moved as moved_finding
from cachelint.run.subprojects import split


class Found(NamedTuple):
    """The keys below a root, what the rules say of their calls, and what could not be read (path → one line)."""

    keys: Inventory
    findings: tuple[Finding, ...]
    problems: dict[str, str]


def find_keys(options: Options) -> Found:
    """The keys of all projects that the options are about, in one."""
    found = files_of(options)
    parts = split(options, found)
    if parts == [("", options)]:
        return _find(options, found.files)
    whole = EMPTY
    findings: list[Finding] = []
    problems: dict[str, str] = {}
    for folder, inner in parts:
        below = find_keys(inner)
        within = f"{folder}/" if folder else ""
        whole = joined(whole, moved(below.keys, folder))
        findings += [moved_finding(finding, folder) for finding in below.findings]
        problems.update({f"{within}{path}": text for path, text in below.problems.items()})
    return Found(whole, tuple(findings), problems)


def _find(options: Options, files: Sequence[str]) -> Found:
    with no_collector():
        facts = collect_facts(options, files)
        made = inventory(facts)
        outcome = judge(facts, options, files)
    return Found(made, tuple(outcome.findings), outcome.problems)


def keys_of(options: Options, files: Sequence[str], overlay: Mapping[str, Source]) -> Inventory:
    """The keys of one project, its files as they are in ``overlay``."""
    with no_collector():
        return inventory(collect_facts(options, files, overlay))
