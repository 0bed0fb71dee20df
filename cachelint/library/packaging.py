"""packaging."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "packaging.version.Version": "packaging.version.Version",
    "packaging.version.parse": "packaging.version.Version",
}
