"""A rule as a page of documentation: the same text for ``cachelint rule`` and for docs/rules/."""

from __future__ import annotations

from cachelint.rules.base import Rule
from cachelint.rules.loading import rules


def page(rule: Rule) -> str:
    """The page of a rule, as Markdown."""
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        rule.summary,
        f"Severity: {rule.severity.value}{rule.severity_note}.",
        "",
    ]
    lines += ["## Why", "", rule.why, ""]
    for index, example in enumerate(rule.examples):
        lines += ["## Example" if index == 0 else "Another:", "", "```python", example.bad.rstrip(), "```", ""]
        lines += ["Better:", "", "```python", example.good.rstrip(), "```", ""]
        if example.note:
            lines += [example.note, ""]
    lines += ["## Fix", "", rule.fix_note or "There is no automatic fix: only you know what is meant.", ""]
    lines += ["## Live entries and deploys", "", rule.deploy, ""]
    if rule.not_found:
        lines += ["## What is not found", "", *(f"- {text}" for text in rule.not_found), ""]
    lines += [
        "## Silencing it",
        "",
        f"On any line of the call, or alone on the line above: `# cachelint: ignore {rule.code} -- reason`.",
        "",
        "## Options",
        "",
        *(f"- {text}" for text in rule.options),
        f'- `ignore = ["{rule.code}"]`, or `per-file-ignores` for some files.',
        "- `wrappers`: functions of third-party code that write to a cache.",
        "",
        "## Read on",
        "",
        *(f"- [{title}]({address})" for title, address in rule.references),
    ]
    return "\n".join(lines)


UNUSED = """\
# CL001 unused-ignore

A comment `# cachelint: ignore` silences nothing, names no rule, or is written in a way that is not understood.
Severity: low.

## Why

A comment that is left behind when the code is mended hides the next finding that appears there. Delete it, or name the
rule that it is meant for: `# cachelint: ignore CL202 -- reason` on any line of the call, or above it,
several one above another. A family (`CL2`) silences each of its rules.

## Options

- `ignore = ["CL001"]` reports none of them.
- Only comments all of whose rules are on are judged: with `--select CL1` nothing is said of `ignore CL202`, nor of a
  comment that names no rule. `--select` leaves CL001 on; `--ignore CL001` and `per-file-ignores` put it off, a comment
  does not.
"""


def listing() -> str:
    """All rules, a line each."""
    lines = [f"{rule.code}  {rule.name:20} {rule.severity.value:7} {rule.summary}" for rule in rules()]
    return "\n".join([*lines, f"CL001  {'unused-ignore':20} {'low':7} A comment silences nothing."])
