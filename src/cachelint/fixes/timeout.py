"""CL201: say the timeout that is in force now."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.aliases import alias
from cachelint.caching.collect import Facts
from cachelint.caching.sites import Site
from cachelint.findings import Applicability, Fix
from cachelint.fixes import edits

_NO_SETTINGS = "there are no settings here, so that whoever uses this package may have configured another timeout"


def propose(site: Site, facts: Facts) -> Fix | str:
    """The fix, or what stands in its way."""
    settings = alias(facts.interpreter, site.alias)
    if not settings.known:
        return "the timeout that is in force can't be told from the code"
    if settings.timeout is None or settings.timeout <= 0:
        return f"the timeout that is in force is {settings.timeout}, which nobody should write down: choose one"
    node = site.node
    if not isinstance(node, cst.Call) or not node.args:
        return "the call passes no argument that a timeout could follow"
    text = f"timeout={int(settings.timeout)}"
    last = node.args[-1]
    place = site.lift.place(last.value)
    source = facts.codebase.source(site.lift.path)
    line = source.line_text(site.lift.place(last).line)
    lead = line[: len(line) - len(line.lstrip())]
    alone = not line[: site.lift.place(last).column - 1].strip()
    rest = source.line_text(place.end_line)[place.end_column - 1 :]
    separator = f",\n{lead}" if alone and len(node.args) > 1 and "#" not in rest else ", "
    title = f"pass {text}, which is in force now"
    if settings.has_settings:
        return Fix(title, (edits.after(place, separator + text),), Applicability.SAFE)
    return Fix(title, (edits.after(place, separator + text),), Applicability.UNSAFE, _NO_SETTINGS)
