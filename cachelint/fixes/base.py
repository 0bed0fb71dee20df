"""What every fix has in common."""

from __future__ import annotations


class FixBlocked(Exception):
    """Something stands in the way of a fix; the message says what, as the end of a sentence."""
