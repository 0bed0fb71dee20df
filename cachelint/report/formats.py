"""The formats that a report can be written in, by name; each module is imported when it is asked for."""

from __future__ import annotations

import importlib

from cachelint.run.analysis import Outcome

#: Name → module of this package with ``render(outcome) -> str``.
FORMATS = {
    "concise": "concise",
    "json": "json",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
    "statistics": "statistics",
}
#: The format for people; it needs a terminal's width and colours.
TEXT = "text"


def render(name: str, outcome: Outcome) -> str:
    """The report in a format."""
    module = importlib.import_module(f"cachelint.report.{FORMATS[name]}")
    text: str = module.render(outcome)
    return text


def plain_text(outcome: Outcome) -> str:
    """The format for people as it is written into a file."""
    import io

    from rich.console import Console

    from cachelint.report import text

    out = io.StringIO()
    text.write(
        outcome, Console(file=out, highlight=False, soft_wrap=True, markup=False, emoji=False, color_system=None)
    )
    return out.getvalue()
