"""Write docs/rules/ from the rules themselves.

python scripts/write_rule_pages.py          write the pages
python scripts/write_rule_pages.py --check  exit 1 if one differs
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cachelint.rules.explain import UNUSED, page
from cachelint.rules.loading import rules

PAGES = Path(__file__).parent.parent / "docs/rules"


def index() -> str:
    """The list of all rules."""
    lines = ["# The rules", "", "| code | name | severity | what |", "|---|---|---|---|"]
    lines += [f"| [{r.code}]({r.code}.md) | {r.name} | {r.severity.value} | {r.summary} |" for r in rules()]
    lines.append("| [CL001](CL001.md) | unused-ignore | low | A comment silences nothing. |")
    pages = "\n".join([*(rule.code for rule in rules()), "CL001"])
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", pages, "```", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    texts = {PAGES / f"{rule.code}.md": f"{page(rule)}\n" for rule in rules()}
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
