"""Django REST framework."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "rest_framework.response.Response": "rest_framework.response.Response",
}
