"""django-environ and environs: what the environment says is not in the code."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "environ.Env": "?",
    "environs.Env": "?",
}
