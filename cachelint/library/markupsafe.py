"""MarkupSafe."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "markupsafe.Markup": "SafeString",
    "markupsafe.escape": "SafeString",
    "markupsafe.escape_silent": "SafeString",
}
