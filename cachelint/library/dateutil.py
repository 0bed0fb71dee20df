"""python-dateutil."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "dateutil.parser.isoparse": "datetime.datetime",
    "dateutil.parser.parse": "datetime.datetime",
}
