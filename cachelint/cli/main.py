"""The command line."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence

from cachelint.cli.lint import lint
from cachelint.cli.parser import COMMANDS, FAILED, FINDINGS, INTERRUPTED, warn
from cachelint.cli.parser import parser as options_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and words[0] in COMMANDS:
            if os.path.isdir(words[0]):
                warn(f"`{words[0]}` is a command; for the folder of that name, write ./{words[0]}")
            # Imported here and below where it is used: most runs need none of it, and importing is half of their time.
            from cachelint.cli import commands

            return commands.BY_NAME[words[0]](words[1:])
        return lint(options_parser().parse_args(words))
    except BrokenPipeError:
        # Whoever reads the output has seen enough.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        warn("interrupted")
        return INTERRUPTED
    except OSError as error:
        warn(f"{error.filename or 'the output'} cannot be read or written: {error.strerror or error}")
        return FAILED
    except Exception as error:
        if os.environ.get("CACHELINT_TRACEBACK"):
            raise
        warn(f"a bug in cachelint: {error!r}; set CACHELINT_TRACEBACK=1 for a traceback to report")
        return FAILED


def program() -> None:
    """The command: :func:`main`, and an end at once: taking apart all trees and types would take long."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal of another encoding can't show is no reason to stop.
            stream.reconfigure(errors="replace")
    if "--fix" not in sys.argv:
        # One run, and the end: what it holds needs no looking after. Fixes analyse the project several times.
        gc.disable()
    code = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        pass
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            warn(f"the output cannot be written: {error}")
        code = FAILED
    os._exit(code)
