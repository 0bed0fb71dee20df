"""Edits as people make them, at random places of a file."""

from __future__ import annotations

import random
import re

_WORDS = re.compile(r"[A-Za-z_]\w*")
_STATEMENTS = (
    "value = compute(1)", "return None", "cache.set('k', 1)", "from django.core.cache import cache", "x = cache",
    "import pickle", "pickle.loads(value)", "self.cache = cache", "items.append(1)", "class Meta: abstract = True",
    "def get(self, key): return cache.get(key)", "name = models.CharField(max_length=3)", "if value: pass",
)  # fmt: skip


def edited(text: str, chosen: random.Random) -> tuple[str, str]:
    """The text after one edit, and what it was."""
    lines = text.splitlines(keepends=True) or ["\n"]
    number = chosen.randrange(len(lines))
    line = lines[number]
    indent = line[: len(line) - len(line.lstrip())] if line.strip() else ""
    match chosen.randrange(9):
        case 0:
            lines.insert(number, f"{indent}# a comment on what follows\n")
            what = "comment"
        case 1:
            lines[number] = line.rstrip("\n") + "  # a remark\n"
            what = "comment at the end"
        case 2 | 3:
            statement = chosen.choice(_STATEMENTS)
            lines.insert(number, f"{indent}{statement}\n")
            what = f"statement {statement!r}"
        case 4:
            del lines[number]
            what = f"deleted {line!r}"
        case 5:
            other = lines[chosen.randrange(len(lines))]
            lines.insert(number, indent + other.lstrip())
            what = f"copied {other!r}"
        case 6:
            words = _WORDS.findall(line)
            old = chosen.choice(words) if words else ""
            new = chosen.choice(_WORDS.findall(text) or ["name"])
            lines[number] = re.sub(rf"\b{old}\b", new, line, count=1) if old else line
            what = f"{old!r} became {new!r}"
        case 7:
            lines.insert(number, f"{indent}x = ((((\n")
            what = "broke it"
        case _:
            lines.append("\n\ndef added_below():\n    return 1\n")
            what = "added a function"
    return "".join(lines), f"{what} in line {number + 1}"
