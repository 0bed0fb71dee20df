"""requests."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "requests.Response.iter_content": "?",
    "requests.Response.json": "?",
    "requests.Response.raise_for_status": "None",
    "requests.Session": "requests.Session",
    "requests.Session.delete": "requests.Response",
    "requests.Session.get": "requests.Response",
    "requests.Session.head": "requests.Response",
    "requests.Session.options": "requests.Response",
    "requests.Session.patch": "requests.Response",
    "requests.Session.post": "requests.Response",
    "requests.Session.put": "requests.Response",
    "requests.Session.request": "requests.Response",
    "requests.Session.send": "requests.Response",
    "requests.delete": "requests.Response",
    "requests.get": "requests.Response",
    "requests.head": "requests.Response",
    "requests.patch": "requests.Response",
    "requests.post": "requests.Response",
    "requests.put": "requests.Response",
    "requests.request": "requests.Response",
    "requests.session": "requests.Session",
    "requests.sessions.Session": "requests.Session",
}

ATTRIBUTES: dict[str, str] = {
    "requests.Response.content": "bytes",
    "requests.Response.elapsed": "datetime.timedelta",
    "requests.Response.headers": "dict[str, str]",
    "requests.Response.ok": "bool",
    "requests.Response.status_code": "int",
    "requests.Response.text": "str",
    "requests.Response.url": "str",
}
