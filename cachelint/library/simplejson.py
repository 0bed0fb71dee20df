"""simplejson."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "simplejson.dumps": "str",
}
