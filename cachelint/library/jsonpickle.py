"""jsonpickle, which writes objects as JSON, and runs code when it reads them."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "jsonpickle.encode": "str",
}
