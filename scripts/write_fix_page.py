# ruff: noqa: E501
"""Write docs/fixes.md from the obligations of the fixes.

python scripts/write_fix_page.py          write the page
python scripts/write_fix_page.py --check  exit 1 if it differs
"""

from __future__ import annotations

import sys

from generated import ROOT, write_or_check

from cachelint.fixes.instances.helper import helper_text
from cachelint.fixes.obligations import OBLIGATIONS
from cachelint.rules.loading import rules

TEXT = """\
# How fixes work

A fix changes all that belongs together, in all files: what is stored, who reads it, and the version in the key. It is
applied as a whole or not at all; the project is analysed again after each, and a fix that leaves its finding, causes
another one or does not parse is reverted.

- **Safe** fixes (`--fix`) have been shown to change nothing but what the finding is about: all obligations below hold.
- **Unsafe** fixes (`--unsafe-fixes`) have doubts that you can settle by reading. All of them are listed.
- Where a fix would be wrong there is none, and the finding says why.

## Cached instances and QuerySets

For [CL101](rules/CL101.md) and [CL102](rules/CL102.md), the first form that fits:

| what is stored | what the fix makes of it |
|---|---|
| rows of `values()` or `values_list()` | `list(…)` of them |
| instances of which all readers are in sight and read plain columns only | dicts of these columns, if that is safe |
| an instance, beside None, False or a sentinel | `to_row(book)` when it is stored, `from_row(Book, …)` when it is read |
| a list or tuple of instances; a QuerySet that is only iterated | `to_rows(books)`, `from_rows(Book, …)` |
| a dict of instances | `to_items(books)`, `from_items(Book, …)` |
| a dict, or a list of dicts, with an instance among plain values | a row for this entry alone |
| what a memoizing decorator of the project stores | the function is split: `house_row()` returns what is stored, `house()` the instance |
| a QuerySet that is filtered later; annotated rows; unsaved instances; attributes that are no columns | nothing, and why |

Callers, methods, relations and templates keep working, because readers get instances as a query returns them. The
functions are written to a module of your project, once; cachelint is not needed at run time:

```python
{helper}```

Relations that `select_related` fetched are stored with the row and restored; relations from `prefetch_related` are
queried again. The password hash of a user is left out of the row, and loaded if something asks for it.

## What must hold for a fix to be safe

{obligations}

## Let your tests decide

`cachelint --fix --verify "pytest -x -q"` runs your command before anything is changed, and again after each batch of
fixes. If it fails, the batch is halved until the fix is found that breaks it; this one is reverted, with the last lines
of the output. While the command runs, the files are as the fixes leave them; after an interrupt or a timeout (ten times
the first run, at least a minute) they are as they were.

## Formatting

If a file passed `ruff format` or Black before, it does after the fix: cachelint runs the formatter if it is installed
next to it or on the path. If ruff's rule I001 is enabled, imports are sorted as well.
"""


def page() -> str:
    """The page."""
    parts: list[str] = []
    for each in OBLIGATIONS:
        codes = ", ".join(f"[{r.code}](rules/{r.code}.md)" for r in rules() if each in r.obligations)
        parts.append(f"### {each.name}\n\n{each.statement} Required by: {codes}.")
    return TEXT.format(helper=helper_text(), obligations="\n\n".join(parts))


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {ROOT / "docs/fixes.md": page()}, __doc__))
