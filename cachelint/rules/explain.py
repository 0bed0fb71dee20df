"""A rule as a page of documentation: the same text for ``cachelint rule`` and for docs/rules/."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cachelint.rules.base import Rule
from cachelint.rules.loading import rules
from cachelint.rules.registry import PREVIEW

#: On the page of a rule that is not sure enough to be on by default.
PREVIEW_NOTE = """\
This rule is in preview: it is off unless `--preview`, `preview = true` or its own code in `--select` asks for it. On
projects that it was not tuned on, more than one of ten findings was wrong."""


def page(rule: Rule, shown: Sequence[str] = ()) -> str:
    """The page of a rule, as Markdown; ``shown`` is what the program prints for each example, where it was run."""
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        rule.summary,
        f"Severity: {rule.severity.value}{rule.severity_note}.",
        "",
        *([PREVIEW_NOTE, ""] if rule.code in PREVIEW else []),
    ]
    lines += ["## Why", "", rule.why, ""]
    for index, example in enumerate(rule.examples):
        lines += ["## Example" if index == 0 else "Another example:", "", "```python", example.bad.rstrip(), "```", ""]
        if index < len(shown):
            lines += ["cachelint prints:", "", "```text", shown[index], "```", ""]
        lines += ["Better:", "", "```python", example.good.rstrip(), "```", ""]
        if example.note:
            lines += [example.note, ""]
    lines += ["## Fix", "", rule.fix_note or f"There is no automatic fix: {rule.no_fix}.", ""]
    if rule.obligations:
        names = ", ".join(f"[{each.name}](../fixes.md#{each.name})" for each in rule.obligations)
        lines += [f"The fix is safe if these hold: {names}.", ""]
    if rule.deploy:
        lines += ["## Live entries and deploys", "", rule.deploy, ""]
    if rule.not_found:
        lines += ["## What is not detected", "", *(f"- {text}" for text in rule.not_found), ""]
    lines += [
        "## Suppressing",
        "",
        f"Write `# cachelint: ignore {rule.code} -- reason` on any line of the call, or alone on the line above.",
        "",
        "## Options",
        "",
        *(f"- {text}" for text in rule.options),
        f'- `ignore = ["{rule.code}"]`, or `per-file-ignores` for some files.',
        "- `wrappers`: third-party functions that write to a cache.",
        "",
        "## References",
        "",
        *(f"- [{title}]({address})" for title, address in rule.references),
    ]
    return "\n".join(lines)


UNUSED = """\
# CL001 unused-ignore

A comment `# cachelint: ignore` suppresses nothing, names no rule, or has the wrong form. Severity: low.

## Why

A comment that stays after the code was fixed hides the next finding that appears there. Delete it, or name the rule
that it is meant for: `# cachelint: ignore CL202 -- reason` on any line of the call, or above it; several comments
can be stacked. A family (`CL2`) suppresses each of its rules.

## Options

- `ignore = ["CL001"]` disables this rule.
- A comment is only checked if all its rules are enabled: with `--select CL1`, neither `ignore CL202` nor a comment
  without a rule is reported. `--select` leaves CL001 enabled; `--ignore CL001` and `per-file-ignores` disable it, a
  comment does not.
"""


def listing() -> str:
    """All rules, a line each."""
    lines = [f"{rule.code}  {rule.name:20} {rule.severity.value:7} {rule.summary}" for rule in rules()]
    return "\n".join([*lines, f"CL001  {'unused-ignore':20} {'low':7} A comment suppresses nothing."])


def as_json(chosen: Sequence[Rule]) -> str:
    """What is said of some rules, as JSON: a list of objects."""
    described = [
        {
            "code": rule.code, "name": rule.name, "family": rule.code[:3], "summary": rule.summary, "why": rule.why,
            "severity": rule.severity.value, "fix": rule.fix_note or None, "in_tests": rule.in_tests,
            "references": [{"title": title, "url": url} for title, url in rule.references],
        }
        for rule in chosen
    ]  # fmt: skip
    return json.dumps(described, indent=1, ensure_ascii=False)
