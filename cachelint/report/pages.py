"""Where the page of a rule stands on the documentation's site."""

from __future__ import annotations

from cachelint.run.analysis import Outcome


def page_address(outcome: Outcome, code: str) -> str:
    """The address of a rule's page; empty where no address of the documentation is known."""
    for _, options in outcome.parts:
        if options.documentation:
            return f"{options.documentation.rstrip('/')}/rules/{code}.html"
    return ""
