"""Files that a script writes: written, or with ``--check`` compared with what they would be."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent


def write_or_check(
    render: Callable[[], dict[Path, str]],
    description: str | None,
    *,
    whole_folder: Path | None = None,
    oldest: tuple[int, int] = (3, 10),
) -> int:
    """Run such a script; what to exit with.

    ``render`` gives the texts of the files. ``whole_folder`` is one whose other pages are out of date. A Python below
    ``oldest`` can't install what the files are derived from, and checks nothing.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    script = Path(sys.argv[0]).name
    if check and sys.version_info < oldest:
        print(f"{script} checks nothing below Python {oldest[0]}.{oldest[1]}", file=sys.stderr)
        return 0
    texts = render()
    stale = sorted(path for path, text in texts.items() if not path.is_file() or path.read_text("utf-8") != text)
    if whole_folder is not None:
        stale += sorted(path for path in whole_folder.glob("*.md") if path not in texts)
    if check:
        names = ", ".join(path.relative_to(ROOT).as_posix() for path in stale)
        if stale:
            print(f"out of date: {names}; run `python scripts/{script}`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in stale:
        if path not in texts:
            path.unlink()
    return 0
