"""The keys of a project as they were at a git revision: its files are read from git, nothing is checked out."""

from __future__ import annotations

from pathlib import Path

from cachelint.caching.keys.snapshot import Snapshot, SnapshotError, read, taken, text_of
from cachelint.project.files import SUFFIXES
from cachelint.project.gitignore import Patterns
from cachelint.project.source import Source, SourceError, decode_source
from cachelint.project.store.disk import name_of, program
from cachelint.run.analysis import collect_facts, no_collector
from cachelint.run.files import store_of
from cachelint.run.git_diff import SinceError, git, git_bytes
from cachelint.run.options import Before, Options

#: What the modes of files begin with that are files, and no links or submodules.
_FILE_MODE = "100"


def commit_of(root: Path, revision: str) -> str:
    """The hash of the commit that a revision names. Raises SinceError."""
    # Older gits print the option that ends options as well.
    try:
        return git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").split()[-1]
    except SinceError as error:
        if "Needed a single revision" not in str(error):
            raise
        raise SinceError(f"--since: git knows no revision {revision!r} here (a shallow clone has few)") from None


def revision_before(root: Path, revision: str) -> Before:
    """What to compare with, for a revision as somebody names it. Raises SinceError."""
    return Before(revision=commit_of(root, revision), named=revision)


def keys_at(options: Options, before: Before) -> Snapshot:
    """The keys at a revision, from the store where they have been worked out before. Raises SinceError."""
    store = store_of(options) if options.use_store else None
    name = f"keys-{name_of((before.revision, program(), str(options.root), options.exclude, options.wrappers))}"
    kept = store.load(name) if store is not None else None
    if isinstance(kept, dict) and isinstance(kept.get("keys"), str):
        try:
            return read(kept["keys"], before.named)
        except SnapshotError:
            pass
    found = _worked_out(options, before)
    if store is not None:
        store.save(name, {"keys": text_of(found)})
    return found


def _worked_out(options: Options, before: Before) -> Snapshot:
    sources = _sources(options.root, before.revision, Patterns(options.exclude, options.base))
    with no_collector():
        return taken(collect_facts(options, sorted(sources), sources).inventory, before.named)


def _sources(root: Path, revision: str, excluded: Patterns) -> dict[str, Source]:
    """The Python files below a root as they are at a revision, by path."""
    listed = git(root, "ls-tree", "-r", "-z", "--end-of-options", revision)
    named: list[tuple[str, str]] = []
    for line in filter(None, listed.split("\0")):
        told, _, path = line.partition("\t")
        mode, _, blob = told.split()[:3]
        if mode.startswith(_FILE_MODE) and path.endswith(SUFFIXES) and not excluded.match(path):
            named.append((path, blob))
    asked = "".join(f"{blob}\n" for _, blob in named).encode()
    data = git_bytes(root, asked, "cat-file", "--batch")
    found: dict[str, Source] = {}
    position = 0
    for path, _ in named:
        end = data.index(b"\n", position)
        words = data[position:end].split()
        if len(words) != 3:
            raise SinceError(f"--since: git does not have {path} of {revision}")
        size = int(words[2])
        text = data[end + 1 : end + 1 + size]
        position = end + 2 + size
        try:
            found[path] = decode_source(text, path)
        except SourceError:
            found[path] = Source(path, "")
    return found
