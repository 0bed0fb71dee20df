"""What the keys of a project are compared with: a file that is kept beside the code, or a git revision."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cachelint.run.options import Options, UsageError

if TYPE_CHECKING:
    from cachelint.caching.keys.snapshot import Snapshot

#: The file's name, at the root of a project; here for whoever only asks whether there is one.
FILE = "cachelint-keys.json"
#: The rule that compares.
_RULE = "CL310"


def identity(options: Options) -> str:
    """What results depend on besides the code: the file's content, or the revision."""
    before = options.before
    if before is None:
        return ""
    if before.file is None:
        return before.revision
    try:
        return hashlib.sha256(before.file.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def resolved(options: Options) -> Options:
    """The options with the keys of before read. Raises UsageError."""
    wanted = options.before is not None and options.kept_keys is None and _RULE in options.codes
    return options._replace(kept_keys=read_before(options)) if wanted else options


def read_before(options: Options) -> Snapshot | None:
    """The keys of before of the project at the root of the options. Raises UsageError where the file is none."""
    before = options.before
    if before is None:
        return None
    if before.file is None:
        from cachelint.run.revision import keys_at

        return keys_at(options, before)
    from cachelint.caching.keys.snapshot import SnapshotError, read

    try:
        found = read(before.file.read_text(encoding="utf-8"), before.file.name)
    except OSError as error:
        raise UsageError(f"{before.file}: cannot be read: {error.strerror or error}") from None
    except (SnapshotError, UnicodeDecodeError) as error:
        raise UsageError(f"{before.file}: {error}") from None
    root = before.file.parent
    return found.below(options.root.relative_to(root).as_posix() if options.root != root else "")
