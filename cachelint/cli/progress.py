"""A note that the program is at work."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def note_of_progress() -> Iterator[None]:
    """Say on a terminal that the program is at work, once that has taken a second."""
    if not sys.stderr.isatty():
        yield
        return
    import threading

    done = threading.Event()

    def show() -> None:
        if not done.wait(1):
            sys.stderr.write("cachelint: reading the project …")
            sys.stderr.flush()
            done.wait()
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
