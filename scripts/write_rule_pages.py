"""Write docs/rules/ from the rules themselves.

python scripts/write_rule_pages.py          write the pages
python scripts/write_rule_pages.py --check  exit 1 if one differs
"""

from __future__ import annotations

import re
import sys
import tempfile
import textwrap
from pathlib import Path

from generated import ROOT, write_or_check

from cachelint.rules.base import Rule
from cachelint.rules.explain import UNUSED, page
from cachelint.rules.loading import rules
from cachelint.run.session import Options, run

PAGES = ROOT / "docs/rules"


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


def pages() -> dict[Path, str]:
    """All pages."""
    texts = {PAGES / f"{rule.code}.md": f"{page(rule, shown(rule))}\n" for rule in rules()}
    return {**texts, PAGES / "CL001.md": UNUSED, PAGES / "index.md": index()}


if __name__ == "__main__":
    sys.exit(write_or_check(pages, __doc__, whole_folder=PAGES))
