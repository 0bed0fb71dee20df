"""Measure cachelint against the hand-made labels of accuracy/, and other linters on the same labels.

    measure_accuracy.py [--sources DIR] [--check | --write] [--peers] [--list]

The labelled projects are fetched from PyPI into DIR (nothing of them is run; it must not lie below a
.gitignore that leaves it out). ``--check`` fails where a figure is worse than accuracy/figures.json says, ``--write``
rewrites that file and the tables of docs/accuracy.md, ``--list`` prints each miss and each false finding. ``--peers``
measures semgrep, ruff and bandit too, which must be on the path.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cachelint.rules.registry import MODULES

ROOT = Path(__file__).parent.parent
DATA = ROOT / "accuracy"
FIGURES = DATA / "figures.json"
PAGE = ROOT / "docs/accuracy.md"
SETS = ("first", "second", "third")
CODES = tuple(MODULES)
_LEFT_OUT = re.compile(r"(^|/)(tests?|testing|migrations)/|(^|/)(test_[^/]*|tests|conftest|[^/]*_tests?)\.py$")

#: A call, as project, path and line; what was reported at each.
Call = tuple[str, str, int]
Reported = dict[Call, set[str]]


@dataclass
class Label:
    """What must and may be reported at a call; ``wrapper`` is what must be at a call of a project's own wrapper."""

    expect: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    wrapper: set[str] = field(default_factory=set)


Tally = dict[str, Counter[str]]


# -- projects and labels -------------------------------------------------------------------------------------


def fetch(pins: dict[str, str], sources: Path) -> list[str]:
    """Unpack the wheel of each project that is not there yet; those that can't be had."""
    missing: list[str] = []
    for name, version in pins.items():
        folder = sources / name
        if (folder / f".{version}").exists():
            continue
        with tempfile.TemporaryDirectory() as wheels:
            download = [
                sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                "--dest", wheels, f"{name}=={version}",
            ]  # fmt: skip
            binary = [*download, "--only-binary=:all:", "--python-version", "3.14"]
            if subprocess.run(binary, check=False, capture_output=True).returncode:
                # Some have a source distribution alone. pip would run its setup to look into it: no more is fetched.
                try:
                    _fetch_source(name, version, folder)
                except (OSError, StopIteration, tarfile.TarError) as error:
                    print(f"{name}=={version} cannot be fetched, left out: {error!r}", file=sys.stderr)
                    missing.append(name)
                    continue
            for wheel in Path(wheels).glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(folder)
        # A project that ships its dependencies inside: they are not its own code.
        for bundled in folder.glob("*/dist"):
            if (bundled / "django").is_dir():
                subprocess.run(["rm", "-rf", str(bundled)], check=True)
        (folder / f".{version}").touch()
    return missing


def _fetch_source(name: str, version: str, folder: Path) -> None:
    """Unpack the source distribution of a project, without the folder that everything in it stands in."""
    index = os.environ.get("PIP_INDEX_URL") or _pip_index()
    page = f"{index.rstrip('/')}/{re.sub(r'[-_.]+', '-', name)}/"
    with urllib.request.urlopen(page, timeout=60) as answer:
        links = re.findall(r'href="([^"]+)"', answer.read().decode())
    wanted = re.compile(rf"{re.sub(r'[-_.]+', '[-_.]', name)}-{re.escape(version)}\.tar\.gz(#|$)", re.IGNORECASE)
    link = next(link for link in links if wanted.search(link))
    with (
        urllib.request.urlopen(urllib.parse.urljoin(page, link), timeout=60) as archive,
        tarfile.open(fileobj=io.BytesIO(archive.read())) as files,
    ):
        for member in files.getmembers():
            inside = member.name.partition("/")[2]
            if member.isfile() and inside and ".." not in inside.split("/"):
                data = files.extractfile(member)
                (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                (folder / inside).write_bytes(data.read() if data is not None else b"")


def _pip_index() -> str:
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "https://pypi.org/simple"


def read_uses(which: str) -> list[dict[str, Any]]:
    """The labels of how entries are used; none where a set has none."""
    path = DATA / f"uses-{which}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def read_labels(which: str) -> dict[Call, Label]:
    """The labels of a set, by call."""
    labels: dict[Call, Label] = defaultdict(Label)
    for line in (DATA / f"labels-{which}.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        label = labels[(record["project"], record["path"], record["line"])]
        expect = set(record["expect"])
        label.optional |= set(record.get("optional", ()))
        if record.get("wrapper"):
            label.wrapper |= expect
            label.optional |= expect
        else:
            label.expect |= expect
    return dict(labels)


# -- what the linters say ------------------------------------------------------------------------------------


#: What the labels speak of: what is stored, for how long, under which keys.
_LABELLED = "CL1,CL201,CL202,CL203,CL301,CL4"


#: Rules about use that the labels of uses say nothing of.
_UNLABELLED = {"CL301", "CL307", "CL310", "CL311", "CL513", *(f"CL{number}" for number in range(518, 524))}
#: And how it is used.
_USES = ",".join(code for code in CODES if code[:3] in ("CL3", "CL5") and code not in _UNLABELLED)


def cachelint(sources: Path, project: str, codes: str = _LABELLED) -> Reported:
    """What cachelint reports in a project."""
    command = [
        sys.executable,
        "-m",
        "cachelint",
        "--pedantic",
        "--select",
        codes,
        "--format",
        "json",
        "--no-cache",
        ".",
    ]
    done = subprocess.run(command, cwd=sources / project, capture_output=True, text=True, check=False)
    found: Reported = defaultdict(set)
    for finding in json.loads(done.stdout)["findings"]:
        if not _LEFT_OUT.search(finding["path"]):
            found[(project, finding["path"], finding["call_line"])].add(finding["code"])
            # The other calls that a finding stands for.
            for other in finding["writes"]:
                found[(project, other["path"], other["line"])].add(finding["code"])
    return found


def semgrep(sources: Path, project: str, labels: dict[Call, Label]) -> Reported:
    """What semgrep's rules report, each at the labelled call that it lies in."""
    command = ["semgrep", "--config", str(ROOT / "bench/peer.semgrep.yml"), "--json", "--quiet", "--metrics=off",
               "--disable-version-check", "--no-git-ignore", "."]  # fmt: skip
    done = subprocess.run(command, cwd=sources / project, capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)["results"]
    return _at_calls(
        project,
        ((r["path"], r["start"]["line"], r["check_id"].rpartition(".")[2]) for r in results),
        labels,
    )


def ruff(sources: Path, project: str, labels: dict[Call, Label]) -> Reported:
    """What ruff's S301 reports, as CL401."""
    command = ["ruff", "check", "--isolated", "--no-cache", "--select", "S301", "--output-format", "json", "."]
    done = subprocess.run(command, cwd=sources / project, capture_output=True, text=True, check=False)
    base = str((sources / project).resolve()) + "/"
    found = ((r["filename"].removeprefix(base), r["location"]["row"], "CL401") for r in json.loads(done.stdout))
    return _at_calls(project, found, labels)


def bandit(sources: Path, project: str, labels: dict[Call, Label]) -> Reported:
    """What bandit's B301 reports, as CL401."""
    command = ["bandit", "-q", "-t", "B301", "-f", "json", "-r", "."]
    done = subprocess.run(command, cwd=sources / project, capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)["results"]
    return _at_calls(project, ((r["filename"], r["line_number"], "CL401") for r in results), labels)


def _at_calls(project: str, found: Iterator[tuple[str, int, str]], labels: dict[Call, Label]) -> Reported:
    """A finding inside a call of several lines counts as one at its first line."""
    reported: Reported = defaultdict(set)
    for path, line, code in found:
        path = path.removeprefix("./")
        if _LEFT_OUT.search(path):
            continue
        near = [(project, path, line - back) for back in range(8) if (project, path, line - back) in labels]
        reported[near[0] if near else (project, path, line)].add(code)
    return reported


# -- figures -------------------------------------------------------------------------------------------------


def tally(labels: dict[Call, Label], reported: Reported) -> tuple[Tally, list[str]]:
    """Hits, misses and false findings of each code, with a line for each miss and each false finding."""
    counts: Tally = {code: Counter() for code in CODES}
    lines: list[str] = []
    for call in sorted(set(labels) | set(reported)):
        label, got = labels.get(call, Label()), reported.get(call, set())
        place = f"{call[0]}/{call[1]}:{call[2]}"
        for code in CODES:
            if code in label.expect:
                outcome = "hit" if code in got else "miss"
            elif code in got and code not in label.optional:
                outcome = "false"
            elif code in label.wrapper:
                outcome = "wrapper hit" if code in got else "wrapper miss"
            else:
                continue
            counts[code][outcome] += 1
            if not outcome.endswith("hit"):
                lines.append(f"{outcome} {code} {place}")
    return counts, lines


def tally_uses(records: list[dict[str, Any]], reported: Reported) -> tuple[Tally, list[str]]:
    """The same for the labels of how entries are used: a finding counts at any line that its label names."""
    counts: Tally = {code: Counter() for code in CODES}
    lines: list[str] = []
    at: dict[tuple[str, str, int, str], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        for line in {record["line"], *record.get("lines", ())}:
            at[record["project"], record["path"], line, record["code"]].append(record)
    hit: set[int] = set()
    for (project, path, line), codes in sorted(reported.items()):
        for code in sorted(codes):
            here = at.get((project, path, line, code), [])
            wanted = [record for record in here if record["expect"] is True]
            hit.update(map(id, wanted))
            # What can be argued about is neither right nor wrong.
            if not wanted and not any(r["expect"] is False or not r.get("certain", True) for r in here):
                counts[code]["false"] += 1
                lines.append(f"false {code} {project}/{path}:{line}")
    for record in records:
        if record["code"] in MODULES and record["expect"] is True and record.get("certain", True):
            outcome = "hit" if id(record) in hit else "miss"
            counts[record["code"]][outcome] += 1
            if outcome == "miss":
                lines.append(f"miss {record['code']} {record['project']}/{record['path']}:{record['line']}")
    return counts, lines


def ratio(part: int, rest: int) -> str:
    """``part`` of both, or a dash where there is nothing."""
    return f"{part / (part + rest):.2f}" if part + rest else "–"


def total(counts: Tally) -> Counter[str]:
    """All codes together."""
    return sum(counts.values(), Counter[str]())


def worse(before: dict[str, Any], counts: Tally) -> list[str]:
    """Which figures have fallen."""
    found: list[str] = []
    for code, figures in before.items():
        now = counts[code]
        for outcome, sign in (("hit", 1), ("wrapper hit", 1), ("false", -1)):
            if (now[outcome] - figures.get(outcome, 0)) * sign < 0:
                found.append(f"{code}: {outcome} {figures.get(outcome, 0)} → {now[outcome]}")
    return found


def table(counts: Tally, peer: Tally | None) -> str:
    """The figures as Markdown."""
    lines = [
        "| code | labels | precision | recall | recall at wrappers | semgrep: precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for code in (*CODES, "all"):
        mine = total(counts) if code == "all" else counts[code]
        labels = mine["hit"] + mine["miss"] + mine["wrapper hit"] + mine["wrapper miss"]
        if not labels and not mine["false"]:
            continue
        other = (total(peer) if code == "all" else peer[code]) if peer else Counter[str]()
        cells = [
            code, str(labels), ratio(mine["hit"], mine["false"]), ratio(mine["hit"], mine["miss"]),
            ratio(mine["wrapper hit"], mine["wrapper miss"]), ratio(other["hit"], other["false"]),
            ratio(other["hit"], other["miss"]),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def table_of_uses(counts: Tally) -> str:
    """The figures about uses as Markdown."""
    lines = ["| code | labels | precision | recall |", "|---|---|---|---|"]
    for code in (*CODES, "all"):
        mine = total(counts) if code == "all" else counts[code]
        if mine["hit"] + mine["miss"] + mine["false"]:
            figures = (ratio(mine["hit"], mine["false"]), ratio(mine["hit"], mine["miss"]))
            lines.append(f"| {' | '.join((code, str(mine['hit'] + mine['miss']), *figures))} |")
    return "\n".join(lines)


def write_page(which: str, text: str) -> None:
    """Put a table between its marks in docs/accuracy.md."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {which} -->\n", f"<!-- end of {which} -->"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    PAGE.write_text(f"{head}{begin}{text}\n{end}{tail}", encoding="utf-8")


# -- the command ---------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, default=Path(tempfile.gettempdir()) / "cachelint-accuracy")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    pins: dict[str, dict[str, str]] = json.loads((DATA / "projects.json").read_text(encoding="utf-8"))
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    fallen: list[str] = []
    for which in SETS:
        sources = options.sources / which
        missing = fetch(pins[which], sources)
        for name in missing:
            del pins[which][name]
        labels = {call: label for call, label in read_labels(which).items() if call[0] not in missing}
        with ThreadPoolExecutor(2) as pool:
            reported = _merged(pool.map(cachelint, [sources] * len(pins[which]), pins[which]))
        counts, lines = tally(labels, reported)
        if options.list:
            print("\n".join(lines))
        everything = total(counts)
        print(
            f"{which}: {len(labels)} calls in {len(pins[which])} projects, precision "
            f"{ratio(everything['hit'], everything['false'])}, recall {ratio(everything['hit'], everything['miss'])}, "
            f"at wrappers {ratio(everything['wrapper hit'], everything['wrapper miss'])}"
        )
        if not missing:
            fallen += [f"{which}: {line}" for line in worse(kept.get(which, {}).get("cachelint", {}), counts)]
        entry = kept.setdefault(which, {})
        uses = [record for record in read_uses(which) if record["project"] not in missing]
        if uses:
            with ThreadPoolExecutor(2) as pool:
                found = pool.map(lambda project: cachelint(sources, project, _USES), pins[which])  # noqa: B023
                of_uses, lines = tally_uses(uses, _merged(found))
            if options.list:
                print("\n".join(lines))
            everything = total(of_uses)
            print(
                f"  uses: precision {ratio(everything['hit'], everything['false'])}, "
                f"recall {ratio(everything['hit'], everything['miss'])}"
            )
            if not missing:
                fallen += [f"{which}: {line}" for line in worse(entry.get("uses", {}), of_uses)]
            if options.write:
                entry["uses"] = of_uses
                write_page(f"uses of {which}", table_of_uses(of_uses))
        if options.write:
            entry["cachelint"] = counts
        if options.peers:
            for name, run in (("semgrep", semgrep), ("ruff", ruff), ("bandit", bandit)):
                reported = _merged(run(sources, project, labels) for project in pins[which])
                entry[name] = tally(labels, reported)[0]
                print(f"  {name}: {dict(total(entry[name]))}")
        if options.write:
            peer = entry.get("semgrep")
            write_page(which, table(counts, {c: Counter(peer.get(c, {})) for c in CODES} if peer else None))
    if options.write:
        FIGURES.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if options.check and fallen:
        print("worse than accuracy/figures.json says:", *fallen, sep="\n  ", file=sys.stderr)
        return 1
    return 0


def _merged(parts: Any) -> Reported:
    found: Reported = defaultdict(set)
    for part in parts:
        for call, codes in part.items():
            found[call] |= codes
    return found


if __name__ == "__main__":
    sys.exit(main())
