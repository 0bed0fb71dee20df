"""httpx, whose responses are like those of requests."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "httpx.Client": "requests.Session",
    "httpx.delete": "requests.Response",
    "httpx.get": "requests.Response",
    "httpx.head": "requests.Response",
    "httpx.patch": "requests.Response",
    "httpx.post": "requests.Response",
    "httpx.put": "requests.Response",
    "httpx.request": "requests.Response",
}
