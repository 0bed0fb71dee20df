"""The keys of a project as one page that needs no server and no network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Any

from cachelint.caching.keys.inventory import NEVER, Inventory, KeyRecord, OpaqueKey, Page, Use
from cachelint.caching.keys.parts import Part
from cachelint.caching.keys.shape import ANYTHING, Shape, alternatives, shown
from cachelint.findings import Finding
from cachelint.report.keys.table import summary
from cachelint.report.keys.wording import doing, in_words, timeouts_of
from cachelint.types.display import short
from cachelint.types.template import VERSION_MARKER

#: Calls of one key that are listed at once.
_MOST_CALLS = 12
_INDENT = "  "
#: Where the template of the page has room for a value.
_SLOT = re.compile(r"<!--(\w+)-->|/\*(\w+)\*/")

Findings = Mapping[str, Sequence[Finding]]


def render(found: Inventory, findings: Findings, project: str, source_url: str = "") -> str:
    """The page; ``source_url`` is the address of a line, with ``{path}`` and ``{line}`` in it."""
    page = _Page(findings, source_url)
    folder = files("cachelint.report.keys")
    sections = "".join(
        f"<section><h2>{escape(app or '.')}</h2>{''.join(page.key(key) for key in keys)}</section>"
        for app, keys in groupby(found.keys, key=lambda key: key.app)
    )
    if found.opaque:
        rows = "".join(page.opaque(each) for each in found.opaque)
        sections += f'<section class="opaque"><h2>Entries under a value of the project</h2>{rows}</section>'
    if found.pages:
        rows = "".join(page.page(each) for each in found.pages)
        sections += f'<section class="opaque"><h2>Pages and fragments</h2>{rows}</section>'
    values = {
        "title": escape(f"Cache keys of {project}"),
        "count": str(len(found.keys)),
        "summary": escape(summary(found, findings)),
        "style": (folder / "page.css").read_text(encoding="utf-8"),
        "sections": sections or "<p>No cache is used with a key that can be told.</p>",
        # `</script>` in a key must not end the script.
        "data": json.dumps(_graph(found), ensure_ascii=False).replace("<", "\\u003c"),
        "script": (folder / "page.js").read_text(encoding="utf-8"),
    }
    text = (folder / "page.html").read_text(encoding="utf-8")
    return _SLOT.sub(lambda slot: values[slot[1] or slot[2]], text)


def flags(key: KeyRecord, findings: Sequence[Finding]) -> list[str]:
    """What a key can be chosen by."""
    counted = key.count("count") + key.count("lock")
    conditions = {
        "unwritten": not key.count("write") and not counted,
        "unread": bool(key.count("write")) and not key.count("read") and not counted,
        "never": NEVER in key.timeouts,
        "model": bool(key.models),
        "open": key.is_open,
        "finding": bool(findings),
        "refused": key.json == "refused",
    }
    return [name for name, holds in conditions.items() if holds]


class _Page:
    """What each key needs to be written."""

    def __init__(self, findings: Findings, source_url: str) -> None:
        self.findings = findings
        self.source_url = source_url

    def key(self, key: KeyRecord) -> str:
        """One key: a line, which opens."""
        findings = self.findings.get(key.id, ())
        chosen = flags(key, findings)
        words = " ".join([
            *("".join(part.text for part in parts) for parts in key.templates), *key.models, key.alias or "", key.app,
            *(f"{use.path} {use.function}" for use in key.uses), *(f.code for f in findings),
        ])  # fmt: skip
        more = f' <span class="more">+{len(key.templates) - 1}</span>' if len(key.templates) > 1 else ""
        version = f' <span class="more">version={escape(key.version)}</span>' if key.version else ""
        stored = "" if key.shape == ANYTHING else shown(key.shape)
        cells = [
            f'<span class="name" title="{escape(key.template)}">{_template(key.templates[0])}{version}{more}</span>',
            f'<span class="alias">{escape(key.alias or "unknown")}</span>',
            *(f'<span class="n">{key.count(role) or "·"}</span>' for role in ("write", "read", "delete")),
            f'<span class="timeout" title="{escape(timeouts_of(key))}">{escape(timeouts_of(key))}</span>',
            f'<span class="shape" title="{escape(shown(key.shape, 400))}">{escape(stored)}</span>',
            f'<span class="marks">{_marks(key, findings, chosen)}</span>',
        ]
        return (
            f'<details class="key" data-id="{escape(key.id)}" data-flags="{" ".join(chosen)}" '
            f'data-text="{escape(words.lower())}"><summary>{"".join(cells)}</summary>'
            f'<div class="inside"><div>{self._calls(key.uses)}{_alternatives(key)}{_notes(findings)}</div>'
            f"<div>{_stored(key)}</div></div></details>"
        )

    def _calls(self, uses: Sequence[Use]) -> str:
        rows = "".join(self._call(use) for use in uses[:_MOST_CALLS])
        left = uses[_MOST_CALLS:]
        more = ""
        if left:
            rest = "".join(self._call(use) for use in left)
            more = f"<details><summary>and {len(left)} more</summary><table>{rest}</table></details>"
        return f"<h3>Calls</h3><table>{rows}</table>{more}"

    def _call(self, use: Use) -> str:
        timeout = "" if use.timeout is None else in_words(use.timeout)
        timeout = timeout if use.passes_timeout or not timeout else f"default {timeout}"
        via = f" through <code>{escape(use.via)}</code>" if use.via else ""
        return (
            f"<tr><td>{doing(use)}</td><td>{self._place(use)}</td><td>{escape(use.function)}{via}</td>"
            f"<td>{escape(timeout)}</td></tr>"
        )

    def _place(self, use: Use) -> str:
        text = escape(f"{use.path}:{use.line}")
        if not self.source_url:
            return f"<code>{text}</code>"
        address = self.source_url.replace("{path}", use.path).replace("{line}", str(use.line))
        return f'<a href="{escape(address)}"><code>{text}</code></a>'

    def page(self, each: Page) -> str:
        """A page or fragment that Django caches under a key of its own."""
        words = f"{each.name} {each.alias} {each.path} {each.kind}".lower()
        use = Use(("read", "write"), each.kind, each.path, each.line, each.name)
        return (
            f'<details class="key" data-flags="" data-text="{escape(words)}"><summary>'
            f'<span class="name">{escape(each.name)}</span><span class="alias">{escape(each.alias)}</span>'
            f'{"<span></span>" * 3}<span class="timeout">{escape(each.timeout)} s</span>'
            f'<span class="shape">{each.kind}</span>'
            f'</summary><div class="inside"><div><p>{self._place(use)} '
            f"{escape(_varies(each))}</p></div></div></details>"
        )

    def opaque(self, each: OpaqueKey) -> str:
        """Calls whose key is a value of the project."""
        words = f"{each.written} {each.alias or ''} {' '.join(use.path for use in each.uses)}".lower()
        return (
            f'<details class="key" data-flags="" data-text="{escape(words)}"><summary>'
            f'<span class="name"><b class="part">{escape(each.written)}</b></span>'
            f'<span class="alias">{escape(each.alias or "unknown")}</span><span class="n">{len(each.uses)}</span>'
            f'</summary><div class="inside"><div>{self._calls(each.uses)}</div></div></details>'
        )


def _varies(each: Page) -> str:
    return f"varies on {', '.join(each.varies)}" if each.varies else ""


def _template(parts: Iterable[Part]) -> str:
    return "".join(
        escape(part.text)
        if part.is_fixed
        else f'<b class="part" title="{escape(part.content or "made at run time")}">{escape(part.text)}</b>'
        for part in parts
    )


def _marks(key: KeyRecord, findings: Sequence[Finding], chosen: Sequence[str]) -> str:
    codes = dict.fromkeys((finding.code, finding.severity.value) for finding in findings)
    marks = [f'<i class="{severity}">{code}</i>' for code, severity in codes]
    words = {"unwritten": "never written", "unread": "never read", "never": "never expires"}
    marks += [f'<i class="state">{word}</i>' for name, word in words.items() if name in chosen]
    marker = VERSION_MARKER.search(key.template)
    if marker is not None:
        marks.append(f'<i class="version">{escape(marker.group())}</i>')
    return " ".join(marks)


def _alternatives(key: KeyRecord) -> str:
    if len(key.templates) < 2:
        return ""
    rows = "".join(f"<li><code>{_template(parts)}</code></li>" for parts in key.templates)
    return f"<h3>Texts that it can be</h3><ul>{rows}</ul>"


def _notes(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = "".join(
        f'<li><i class="{f.severity.value}">{f.code}</i> {escape(f.message)} '
        f"<code>{escape(f.place.path)}:{f.place.line}"
        "</code></li>"
        for f in findings
    )
    return f"<h3>Findings</h3><ul>{rows}</ul>"


def _stored(key: KeyRecord) -> str:
    if not key.count("write"):
        return ""
    models = "".join(f'<button class="model" data-model="{escape(m)}">{escape(short(m))}</button>' for m in key.models)
    json_words = {
        "kept": "a JSON serializer keeps it", "changed": "a JSON serializer changes it",
        "refused": "a JSON serializer refuses it", "unknown": "what a JSON serializer does with it is not known",
    }  # fmt: skip
    why = f": {key.why}" if key.why else ""
    return (
        f'<h3>Stored</h3><pre class="tree">{escape(_tree(key.shape))}</pre>'
        f"{f'<h3>Rows of</h3><p>{models}</p>' if models else ''}"
        f"<p>{escape(json_words.get(key.json, ''))}{escape(why)}.</p>"
    )


def _tree(shape: Shape, depth: int = 0) -> str:
    """A shape, a line for each of its parts."""
    inner = _INDENT * (depth + 1)
    if isinstance(shape, str):
        return {"null": "None", ANYTHING: "unknown"}.get(shape, short(shape))
    if "any" in shape:
        return " | ".join(_tree(each, depth) for each in alternatives(shape))
    if "dict" in shape:
        optional = set(shape.get("optional", ()))
        rows = [
            f"{inner}{name}{'?' if name in optional else ''}: {_tree(value, depth + 1)}"
            for name, value in shape["dict"].items()
        ]
        if "rest" in shape:
            rows.append(f"{inner}[{_tree(shape['rest'][0], depth + 1)}]: {_tree(shape['rest'][1], depth + 1)}")
        return "{\n" + "\n".join(rows) + f"\n{_INDENT * depth}}}" if rows else "{}"
    if "tuple" in shape:
        return f"({', '.join(_tree(each, depth) for each in shape['tuple'])})"
    for form in ("list", "set", "tuple of"):
        if form in shape:
            return f"{form.partition(' ')[0]} of {_tree(shape[form], depth)}"
    if "fields" in shape:
        name = short(str(shape.get("model") or shape.get("object")))
        rows = [f"{inner}{field}: {_tree(value, depth + 1)}" for field, value in shape["fields"].items()]
        return "\n".join([name, *rows])
    return shown(shape)


def _graph(found: Inventory) -> list[dict[str, Any]]:
    """What the graph is drawn of: for each key its text, models, and functions with what they do."""
    return [
        {
            "id": key.id,
            "parts": [[part.text, int(part.is_fixed)] for part in key.templates[0]],
            "models": list(key.models),
            "uses": [[f"{use.function or use.path.rpartition('/')[2]}", use.path, use.roles[-1]] for use in key.uses],
        }
        for key in found.keys
    ]
