"""``--verify COMMAND``: the project's own tests decide which fixes stay.

The files are as a batch of fixes would leave them while the command runs, and as they were before once it has ended:
also where it is interrupted or takes too long.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from cachelint.fixes.apply.transaction import NotWritten, write
from cachelint.project.source import Source, SourceError, read_source
from cachelint.run.options import UsageError

#: The last lines of the command's output that are shown.
_SHOWN_LINES = 12
#: The command may take so many times as long as it took before anything was changed, but always this many seconds.
_PATIENCE, _LEAST_SECONDS = 10, 60


class Verifier:
    """Runs one command in the working directory, with files of ``root`` changed."""

    def __init__(self, command: str, root: Path) -> None:
        self.command = command
        self._root = root
        self._limit: float | None = None
        self.runs = 0

    def check_before(self) -> None:
        """The command must pass as things are. Raises UsageError."""
        begun = time.monotonic()
        code, output = self._run()
        if code != 0:
            raise UsageError(f"`{self.command}` fails before anything is changed ({_how(code)})", _last(output))
        self._limit = max(_LEAST_SECONDS, _PATIENCE * (time.monotonic() - begun))

    def __call__(self, staged: Mapping[str, Source]) -> str:
        """Why the command does not pass with some files changed, and its last lines; empty where it does."""
        before = {path: self._read(path) for path in staged}
        known = {path: source for path, source in before.items() if source is not None}
        new = {path: s for path, s in staged.items() if path not in known or known[path].text != s.text}
        if not new:
            return ""
        try:
            with _restored(self._root, new, known):
                code, output = self._run()
        except NotWritten as error:
            return str(error)
        if code == 0:
            return ""
        return f"`{self.command}` no longer passes with it ({_how(code)})\n{_last(output)}"

    def _read(self, path: str) -> Source | None:
        try:
            return read_source(self._root / path, path)
        except (OSError, SourceError):
            return None

    def _run(self) -> tuple[int | None, str]:
        """The exit code of the command, None where it took too long, and what it printed."""
        self.runs += 1
        # Of files that change and change back within a second, compiled code would be taken for that of the other.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        with subprocess.Popen(
            self.command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=environment, start_new_session=True, text=True, errors="replace",
        ) as process:  # fmt: skip
            try:
                output, _ = process.communicate(timeout=self._limit)
            except subprocess.TimeoutExpired:
                _stop(process)
                output, _ = process.communicate()
                return None, output
            except BaseException:
                _stop(process)
                raise
            return process.returncode, output


@contextlib.contextmanager
def _restored(root: Path, new: Mapping[str, Source], known: Mapping[str, Source]) -> Iterator[None]:
    """Files have other contents inside, and those that they had behind it, whatever happens. Raises NotWritten."""
    times = {path: (root / path).stat() for path in known if path in new}
    with _termination_is_an_exception():
        try:
            write(root, new, {path: source for path, source in known.items() if path in new})
            yield
        finally:
            for path in new:
                if path not in known:
                    (root / path).unlink(missing_ok=True)
            back = {path: known[path] for path in times if (root / path).read_bytes() != _bytes(known[path])}
            write(root, back, {path: new[path] for path in back})
            for path, was in times.items():
                with contextlib.suppress(OSError):
                    os.utime(root / path, ns=(was.st_atime_ns, was.st_mtime_ns))


def _bytes(source: Source) -> bytes:
    return source.encode(source.text)


@contextlib.contextmanager
def _termination_is_an_exception() -> Iterator[None]:
    """A signal to end is obeyed when the files are as they were."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:
        # Not in the main thread: who runs there looks after signals.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(process: subprocess.Popen[str]) -> None:
    """End a command and all that it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
            return


def _how(code: int | None) -> str:
    if code is None:
        return "it took too long"
    return f"exit {code}" if code >= 0 else f"killed by signal {-code}"


def _last(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()][-_SHOWN_LINES:]
    return "\n".join(f"    {line}" for line in lines)
