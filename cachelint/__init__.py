"""cachelint: finds, and repairs, misuse of Django's low-level cache API."""

__version__ = "0.1.0"
