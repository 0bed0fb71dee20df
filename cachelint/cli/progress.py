"""What a run is doing, for whoever waits for it at a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

from cachelint.run import analysis

#: Seconds that pass before anything is shown, and between two looks.
_PATIENCE, _PAUSE = 1.0, 0.2


@contextlib.contextmanager
def note_of_progress() -> Iterator[None]:
    """Show a bar on stderr once the work has taken a second: how many files are read, definitions analysed."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show, args=(done,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _show(done: threading.Event) -> None:
    if done.wait(_PATIENCE):
        return
    # Imported here: most runs end before anybody asks.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
        task = progress.add_task("cachelint: starting", total=None)
        while not done.wait(_PAUSE):
            stage = analysis.stage()
            if stage is not None:
                what, number, total = stage
                progress.update(task, description=f"cachelint: {what}", completed=min(number, total), total=total)
            progress.refresh()
