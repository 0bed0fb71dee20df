"""A rule as a page of documentation: the same text for ``cachelint rule`` and for docs/rules/."""

from __future__ import annotations

from cachelint.rules.base import Rule
from cachelint.rules.registry import RULES


def page(rule: Rule) -> str:
    """The page of a rule, as Markdown."""
    lines = [f"# {rule.code} {rule.name}", "", rule.summary, f"Severity: {rule.severity.value}.", ""]
    lines += ["## Why", "", rule.why, ""]
    for index, example in enumerate(rule.examples):
        lines += ["## Example" if index == 0 else "Another:", "", "```python", example.bad.rstrip(), "```", ""]
        lines += ["Better:", "", "```python", example.good.rstrip(), "```", ""]
        if example.note:
            lines += [example.note, ""]
    lines += ["## Fix", "", rule.fix or "There is no automatic fix: only you know what is meant.", ""]
    if rule.not_found:
        lines += ["## What is not found", "", *(f"- {text}" for text in rule.not_found), ""]
    lines += [
        "## Silencing it",
        "",
        f"On any line of the call, or alone on the line above: `# cachelint: ignore {rule.code} -- reason`.",
    ]
    return "\n".join(lines)


def listing() -> str:
    """All rules, a line each."""
    return "\n".join(f"{rule.code}  {rule.name:20} {rule.severity.value:7} {rule.summary}" for rule in RULES)
