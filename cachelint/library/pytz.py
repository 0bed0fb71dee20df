"""pytz."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "pytz.timezone": "datetime.tzinfo",
}
