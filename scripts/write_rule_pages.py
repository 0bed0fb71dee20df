"""Write docs/rules/ from the rules themselves.

python scripts/write_rule_pages.py          write the pages
python scripts/write_rule_pages.py --check  exit 1 if one differs
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import textwrap
from pathlib import Path

from cachelint.rules.base import Rule
from cachelint.rules.explain import UNUSED, page
from cachelint.rules.loading import rules
from cachelint.run.session import Options, run

PAGES = Path(__file__).parent.parent / "docs/rules"


def index() -> str:
    """The list of all rules."""
    lines = ["# The rules", "", "| code | name | severity | what |", "|---|---|---|---|"]
    lines += [f"| [{r.code}]({r.code}.md) | {r.name} | {r.severity.value} | {r.summary} |" for r in rules()]
    lines.append("| [CL001](CL001.md) | unused-ignore | low | A comment suppresses nothing. |")
    pages = "\n".join([*(rule.code for rule in rules()), "CL001"])
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", pages, "```", ""])


MODELS = """\
from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=50)
    active = models.BooleanField(default=True)
"""


def shown(rule: Rule) -> list[str]:
    """What the program prints for each example of a rule: the same in every place, whatever the terminal."""
    found: list[str] = []
    for example in rule.examples:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "shop").mkdir()
            for name, text in {"manage.py": "", "shop/__init__.py": "", "shop/models.py": MODELS}.items():
                (root / name).write_text(text, encoding="utf-8")
            code = re.sub(r"  # CL.*$", "", example.bad, flags=re.MULTILINE)
            (root / "shop/views.py").write_text(code, encoding="utf-8")
            findings = run(Options(root, frozenset({rule.code}), use_store=False, all_in_tests=True)).findings
        lines = [f"{f.place.path}:{f.place.line}:{f.place.column} {f.code} {f.name} {f.message}" for f in findings]
        wrapped = [textwrap.wrap(line, 100, subsequent_indent="  ", break_on_hyphens=False) for line in lines]
        found.append("\n".join(line for lines in wrapped for line in lines))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    texts = {PAGES / f"{rule.code}.md": f"{page(rule, shown(rule))}\n" for rule in rules()}
    texts[PAGES / "CL001.md"] = UNUSED
    texts[PAGES / "index.md"] = index()
    if check:
        stale = [path.name for path, text in texts.items() if not path.is_file() or path.read_text("utf-8") != text]
        stale += [path.name for path in PAGES.glob("*.md") if path not in texts]
        if stale:
            print(f"docs/rules differs from the rules: {', '.join(stale)}; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
