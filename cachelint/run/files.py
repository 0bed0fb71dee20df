"""The files of a project, and where its results are kept."""

from __future__ import annotations

from cachelint.project.files import Discovery, discover
from cachelint.project.gitignore import IgnoreCache
from cachelint.project.store.disk import Store
from cachelint.run.options import Options


def store_of(options: Options) -> Store:
    """Where the results of a project are kept."""
    return Store(*options.kept_in) if options.kept_in is not None else Store(options.root)


def files_of(options: Options) -> Discovery:
    """The files of a project, by what earlier runs know of its `.gitignore` where that is kept."""
    verdicts = IgnoreCache(store_of(options) if options.use_store else None)
    return discover(options.root, options.exclude, verdicts, base=options.base)
