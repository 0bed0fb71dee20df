"""``cachelint keys``: what a project keeps in its caches, with what the rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cachelint.caching.keys.inventory import EMPTY, Inventory, joined, moved
from cachelint.caching.keys.snapshot import KeptKey, Snapshot
from cachelint.findings import Finding
from cachelint.run.analysis import collect_facts, judge, no_collector
from cachelint.run.before import read_before, resolved
from cachelint.run.files import files_of
from cachelint.run.options import Before, Options
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
    options = resolved(options)
    with no_collector():
        facts = collect_facts(options, files)
        made = facts.inventory
        outcome = judge(facts, options, files)
    return Found(made, tuple(outcome.findings), outcome.problems)


def keys_before(options: Options, before: Before) -> Snapshot:
    """The keys of all projects that the options are about, as they were at a revision. Raises UsageError."""
    keys: dict[str, KeptKey] = {}
    aliases: dict[str, dict[str, Any]] = {}
    for folder, inner in split(options, files_of(options)):
        if (folder, inner) == ("", options):
            return read_before(options._replace(before=before)) or Snapshot(before.named, {}, {})
        found = keys_before(inner, before)
        keys.update({f"{folder} {name}" if folder else name: key for name, key in found.keys.items()})
        aliases.update(found.aliases)
    return Snapshot(before.named, keys, aliases)
