"""Write the skeleton of a rule: its module, its cases, its row in the registry and in the README.

    new_rule.py NAME CODE        for example: new_rule.py unchecked-miss CL501
    make rule NAME=unchecked-miss CODE=CL501

The family is the first digit of the code. What is written runs at once and fails its tests until it is filled in: each
``TODO`` says what is missing there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FAMILIES = {
    "1": "values",
    "2": "timeouts",
    "3": "keys",
    "4": "deserialization",
    "5": "reads",
    "6": "settings",
    "7": "pages",
}

_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_CODE = re.compile(r"CL[1-7]\d\d")

RULE = '''\
"""{code}: TODO in a few words, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="{code}",
    summary="TODO one sentence: what is wrong.",
    why="""\\
TODO what happens in production, and by which values. Then the remedy, in the imperative.""",
    severity=Severity.MEDIUM,
    no_fix="TODO what the reader should do, as the end of a sentence",
    examples=(
        Example(
            bad="""\\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=60)  # {code}
""",
            good="""\\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=60)
""",
        ),
    ),
    deploy="""\\
TODO what the change means for live entries, and for the order of a deploy.""",
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """TODO when there is a finding. ``write.decides("value")`` is None where another call decides the value."""
    value = write.decides("value")
    if value is None:
        return
    return
    yield Report(write.at("value", "default", "data"), "TODO `x` does y in production; do z")
'''

CASES = """\
# --- TODO what must be reported
def keep(total):
    cache.set("total", total, 60)  # {code}


# --- TODO what must not
def keep(total):
    cache.set("total", total, 60)
"""


def main() -> int:
    if len(sys.argv) != 3 or not _NAME.fullmatch(sys.argv[1]) or not _CODE.fullmatch(sys.argv[2]):
        print(__doc__, file=sys.stderr)
        return 2
    name, code = sys.argv[1:]
    family = FAMILIES[code[2]]
    module = name.replace("-", "_")
    registry = ROOT / "cachelint/rules/registry.py"
    text = registry.read_text(encoding="utf-8")
    if f'"{code}"' in text or f'.{module}"' in text:
        print(f"there is a rule {code} or {name} already", file=sys.stderr)
        return 1
    folder = ROOT / "cachelint/rules" / family
    for path in (folder / f"{module}.py", ROOT / f"tests/cases/{code}.py"):
        if path.exists():
            print(f"{path.relative_to(ROOT)} exists already", file=sys.stderr)
            return 1
    folder.mkdir(exist_ok=True)
    package = folder / "__init__.py"
    if not package.exists():
        package.write_text(f'"""Family {code[2]}: {family}."""\n', encoding="utf-8")
    (folder / f"{module}.py").write_text(RULE.format(code=code), encoding="utf-8")
    (ROOT / f"tests/cases/{code}.py").write_text(CASES.format(code=code), encoding="utf-8")
    _insert(registry, re.compile(r'^    "(CL\d{3})": .*\n', re.M), code, f'    "{code}": "{family}.{module}",\n')
    row = f"| [{code}](docs/rules/{code}.md) | TODO what is wrong | |\n"
    _insert(ROOT / "README.md", re.compile(r"^\| \[(CL\d{3})\].*\n", re.M), code, row)
    for path in (folder / f"{module}.py", ROOT / f"tests/cases/{code}.py", registry, ROOT / "README.md"):
        print(path.relative_to(ROOT))
    return 0


def _insert(path: Path, rows: re.Pattern[str], code: str, row: str) -> None:
    """Put a row of a table where its code belongs."""
    text = path.read_text(encoding="utf-8")
    before = [match for match in rows.finditer(text) if match.group(1) < code]
    at = before[-1].end() if before else text.index(next(rows.finditer(text)).group())
    path.write_text(text[:at] + row + text[at:], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
