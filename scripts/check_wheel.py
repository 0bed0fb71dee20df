"""What is in the built distributions: nothing too much, nothing missing."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path


def main() -> int:
    folder = Path(sys.argv[1])
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    wrong = [name for name in names if not name.startswith(("cachelint/", "django_cachelint-"))]
    wrong += [name for name in names if "test" in Path(name).parts[0] or name.endswith(".pyc")]
    missing = [name for name in ("cachelint/py.typed", "cachelint/cli/main.py") if name not in names]
    with tarfile.open(sdist) as source:
        inside = {name.partition("/")[2] for name in source.getnames()}
    missing += [name for name in ("README.md", "LICENSE", "pyproject.toml", "tests/support.py") if name not in inside]
    for name in wrong:
        print(f"{wheel.name}: {name} does not belong there", file=sys.stderr)
    for name in missing:
        print(f"missing: {name}", file=sys.stderr)
    print(f"{wheel.name}: {len(names)} files, {sdist.name}: {len(inside)} files")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
