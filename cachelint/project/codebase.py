"""The modules of a project and how their names lead to one another."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from cachelint.project.file_stat import found_below
from cachelint.project.files import without_suffix
from cachelint.project.module import Module
from cachelint.project.other_files import QUESTION, OtherTexts, other_files
from cachelint.project.outline import Definition, ImportBinding
from cachelint.project.parsed import too_deep
from cachelint.project.source import Source, SourceError, read_source
from cachelint.project.store.dependencies import (
    Dependencies,
)
from cachelint.project.symbols import ClassRef, External, FunctionRef, ModuleRef, Symbol, ValueRef

#: Longest chain of imports that is followed for one name.
_MAX_HOPS = 12


class Codebase:
    """All files of a project. Problems with files are kept in ``problems`` (path → one line), never raised."""

    def __init__(self, root: Path, files: Iterable[str], overlay: Mapping[str, Source] | None = None) -> None:
        self.root = root
        self.paths = list(files)
        self.problems: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        #: Of some of what is counted, how much of it there will be as far as is known.
        self.expected: dict[str, int] = {"read": len(self.paths)}
        self.dependencies = Dependencies()
        self._sources: dict[str, Source] = dict(overlay or {})
        self._by_name: dict[tuple[str, str], Module] = {}
        self.modules: dict[str, Module] = {}
        self._packages: set[tuple[str, str]] = set()
        #: By its name, the modules that are imported so from somewhere, those of outer source roots first.
        self._anywhere: dict[str, list[Module]] = {}
        self._lookup: dict[tuple[str, str], Module | None] = {}
        self._words: dict[str, list[Module]] = {}
        self._found: dict[str, list[str]] = {}
        self._search: dict[re.Pattern[bytes], list[Module]] = {}
        self._indexes: dict[re.Pattern[bytes], dict[bytes, list[Module]]] = {}
        self._index()

    # -- files ---------------------------------------------------------------------------------------------

    def source(self, path: str) -> Source:
        """The text of a file, read once; any change of the file matters from now on."""
        self.dependencies.of(path).whole = True
        return self.read(path)

    def read(self, path: str) -> Source:
        """The text of a file, read once, for questions that are on record."""
        found = self._sources.get(path)
        if found is None:
            try:
                found = read_source(self.root / path, path)
            except SourceError as error:
                self._unreadable(path, str(error))
                found = Source(path, "")
            except OSError as error:
                self._unreadable(path, f"cannot be read: {error.strerror or error}")
                found = Source(path, "")
            self._sources[path] = found
            self.count("read")
        return found

    def _unreadable(self, path: str, message: str) -> None:
        self.dependencies.of(path).whole = True
        self.problem(path, message)

    def problem(self, path: str, message: str) -> None:
        """Keep one line about a file, the first that is said of it."""
        self.problems.setdefault(path, message)

    def count(self, what: str) -> None:
        """Count a piece of work."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def check_syntax(self, module: Module) -> None:
        """Ask libcst about a file that tree-sitter stumbled over: it may only be newer than tree-sitter's grammar."""
        import libcst

        # The whole of it, so that any change matters.
        text = self.source(module.path).text
        if too_deep(text):
            self.problem(module.path, "too deeply nested to be parsed; read as far as possible")
            return
        try:
            libcst.parse_module(text)
        except libcst.ParserSyntaxError:
            line = module.reading.outline.error_line
            self.problem(module.path, f"syntax error near line {line}; read as far as possible")
        except (RecursionError, ValueError):
            self.problem(module.path, "cannot be parsed; read as far as possible")

    def expect(self, what: str, more: int) -> None:
        """So much more will be counted."""
        self.expected[what] = self.expected.get(what, 0) + more

    def search(self, pattern: re.Pattern[bytes], *words: str) -> list[Module]:
        """The modules whose source matches a pattern of bytes; one of ``words`` stands in each match.

        Words are found at the speed of memory, a pattern some twenty times slower.
        """
        found = self._search.get(pattern)
        if found is None:
            near = {path for word in words for path in self._with_word(word)}
            found = [m for m in self.modules.values() if m.path in near and pattern.search(m.reading.data)]
            self._search[pattern] = found
            self.dependencies.search(pattern, words, (m.path for m in found))
        return found

    def containing(self, word: str, pattern: re.Pattern[bytes] | None = None) -> list[Module]:
        """The modules in whose source a word stands (anywhere, also in another); narrowed down by a pattern."""
        found = self._words.get(word)
        if found is None:
            found = self._words[word] = [self.modules[path] for path in self._with_word(word)]
            self.dependencies.search(None, (word,), (m.path for m in found))
        if pattern is None:
            return found
        narrowed = [m for m in found if pattern.search(m.reading.data)]
        self.dependencies.search(pattern, (word,), (m.path for m in narrowed))
        return narrowed

    def look_ahead(self, part: str) -> None:
        """Find a part of several words that will be asked for: each is then looked for in few files."""
        self._with_word(part)

    def _with_word(self, word: str) -> list[str]:
        found = self._found.get(word)
        if found is None:
            data = word.encode()
            # Where a part of a word does not stand, the word does not: `caches` is looked for where `cache` was found.
            known = self._found
            parts = [
                known[word[i:j]] for i in range(len(word)) for j in range(i + 1, len(word) + 1) if word[i:j] in known
            ]
            texts = self._texts
            among = min(parts, key=len) if parts else texts
            found = self._found[word] = [path for path in among if data in texts[path]]
        return found

    @cached_property
    def _texts(self) -> dict[str, bytes]:
        return {path: module.reading.data for path, module in self.modules.items()}

    def read_all(self) -> None:
        """Read what was not read yet, so that what can't be read is known."""
        _ = self._texts

    def findall(self, pattern: re.Pattern[bytes], word: str) -> Iterator[tuple[Module, list[tuple[bytes, ...]]]]:
        """For each module what a pattern finds in it; ``word`` stands in each match."""
        for module in self.containing(word):
            yield module, module.findall(pattern)

    def others(self, folder_names: tuple[str, ...], name: str) -> list[str]:
        """Files of the project that are no Python: called ``name``, in folders called one of ``folder_names``."""
        found = found_below(self.root, self.paths, folder_names, name)
        self.dependencies.others["\0".join((*folder_names, name))] = found
        return list(found)

    @cached_property
    def other_texts(self) -> OtherTexts:
        """The files of the project that are no Python and may name what its code names, by path."""
        found = other_files(self.root)
        self.dependencies.others[QUESTION] = found
        return OtherTexts(self.root, sorted(found), self._sources)

    def indexed(self, pattern: re.Pattern[bytes], word: str) -> dict[bytes, list[Module]]:
        """By what the first group of a pattern matches, the modules that it matches in; ``word`` stands in each match.

        For many questions of one form: one reading of the project answers all of them.
        """
        found = self._indexes.get(pattern)
        if found is None:
            found = self._indexes[pattern] = {}
            for module, matches in self.findall(pattern, word):
                for name in dict.fromkeys(groups[0] for groups in matches):
                    found.setdefault(name, []).append(module)
        return found

    # -- modules -------------------------------------------------------------------------------------------

    def _index(self) -> None:
        known = set(self.paths)
        top: dict[str, str] = {}

        def package_root(folder: str) -> str:
            """The folder that the absolute imports of a file in ``folder`` start from."""
            if folder not in top:
                if folder and f"{folder}/__init__.py" in known:
                    top[folder] = package_root(folder.rpartition("/")[0])
                else:
                    top[folder] = folder
            return top[folder]

        links: list[tuple[str, str, str]] = []
        for path in self.paths:
            root = package_root(path.rpartition("/")[0])
            inner = path[len(root) + 1 :] if root else path
            name = without_suffix(inner).replace("/", ".")
            name = name.removesuffix(".__init__") if name != "__init__" else ""
            real = self._linked(path)
            if real in known:
                links.append((real, root, name))
                continue
            module = Module(self, path, name, root)
            self.modules[path] = module
            self._by_name.setdefault((root, name), module)
        for real, root, name in links:
            self._by_name.setdefault((root, name), self.modules[real])
        # A file below no package may also be imported by its path from a folder above (namespace packages).
        for path, module in self.modules.items():
            parts = without_suffix(path).removesuffix("/__init__").split("/")
            base = module.root
            while base:
                base = base.rpartition("/")[0]
                inner_parts = parts[len(base.split("/")) if base else 0 :]
                self._by_name.setdefault((base, ".".join(inner_parts)), module)
        self._index_below_programs(known)
        for root, name in sorted(self._by_name, key=lambda key: (key[0].count("/"), key[0])):
            self._anywhere.setdefault(name, []).append(self._by_name[(root, name)])
        for root, name in self._by_name:
            while "." in name:
                name = name.rpartition(".")[0]
                self._packages.add((root, name))

    def _index_below_programs(self, known: set[str]) -> None:
        """A folder with a `manage.py` is what Python starts from, also where it is a package: asked last."""
        for path in self.paths:
            folder, _, name = path.rpartition("/")
            if name != "manage.py" or not folder or f"{folder}/__init__.py" not in known:
                continue
            for inner, module in self.modules.items():
                if inner.startswith(f"{folder}/"):
                    words = without_suffix(inner[len(folder) + 1 :]).removesuffix("/__init__").split("/")
                    self._by_name.setdefault((folder, ".".join(words)), module)

    def _linked(self, path: str) -> str:
        """The file of the project that a link leads to, which is read in its place; empty for what is no link."""
        full = os.path.join(self.root, path)
        if not os.path.islink(full):
            return ""
        return os.path.relpath(os.path.realpath(full), os.path.realpath(self.root)).replace(os.sep, "/")

    def module(self, name: str, importer: Module | None = None) -> Module | None:
        """The module of the project that is imported as ``name``; the importer's own source root comes first."""
        near = importer.root if importer else ""
        key = (near, name)
        if key not in self._lookup:
            found = self._by_name.get(key)
            if found is None:
                found = max(self._anywhere.get(name, ()), key=lambda m: _common(m.path, near), default=None)
            self._lookup[key] = found
        return self._lookup[key]

    # -- names ---------------------------------------------------------------------------------------------

    def resolve(self, module: Module, name: str, hops: int = _MAX_HOPS) -> Symbol | None:
        """What ``name`` means at the top level of ``module``; None where it is not bound there."""
        scope = module.outline.scope
        definitions = scope.definitions.get(name)
        imports = scope.imports.get(name)
        if definitions:
            symbol = self._defined(module, name, definitions)
            # `try: from x import y` with a fallback assignment: the import is the main case.
            if not (imports and isinstance(symbol, ValueRef) and all(d.conditional for d in definitions)):
                return symbol
        if imports:
            symbols = [s for s in (self.follow(module, i, hops) for i in imports) if s is not None]
            inside = [s for s in symbols if not isinstance(s, External)]
            if inside or symbols:
                return (inside or symbols)[0]
        if hops > 0:
            for star in reversed(scope.stars):
                target = self.module(module.absolute(star), module)
                if target is not None and target is not module:
                    found = self.resolve(target, name, hops - 1)
                    if found is not None:
                        return found
        if module.is_package:
            child = self.module(f"{module.name}.{name}" if module.name else name, module)
            if child is not None:
                return ModuleRef(child)
        return None

    def _defined(self, module: Module, name: str, definitions: list[Definition]) -> Symbol:
        last = definitions[-1]
        if last.form == "class":
            return ClassRef(module, last)
        if last.form == "function":
            return FunctionRef(module, last)
        return ValueRef(module, name, tuple(d for d in definitions if d.form == "assignment"))

    def follow(self, module: Module, binding: ImportBinding, hops: int = _MAX_HOPS) -> Symbol | None:
        """What an import of ``module`` binds."""
        if hops <= 0:
            return None
        full = module.absolute(binding.module)
        if binding.whole:
            full = full.partition(".")[0]
        target = self.module(full, module)
        if not binding.name:
            return ModuleRef(target) if target is not None else External(full)
        inner = f"{full}.{binding.name}" if full else binding.name
        if target is not None:
            found = self.resolve(target, binding.name, hops - 1)
            if found is not None:
                return found
            # An outer package may star-import what is not in the project.
            stars = [target.absolute(s) for s in target.outline.scope.stars]
            outside = [s for s in stars if self.module(s, target) is None]
            return External(f"{outside[0]}.{binding.name}") if outside else External(inner)
        child = self.module(inner, module)
        return ModuleRef(child) if child is not None else External(inner)

    def attribute(self, symbol: Symbol, name: str, importer: Module | None = None) -> Symbol | None:
        """What ``symbol.name`` means, for modules and for things outside the project."""
        if isinstance(symbol, ModuleRef):
            return self.resolve(symbol.module, name)
        if isinstance(symbol, External):
            full = f"{symbol.name}.{name}"
            target = self.module(full, importer)
            return ModuleRef(target) if target is not None else External(full)
        return None

    # -- classes -------------------------------------------------------------------------------------------

    def functions(self, module: Module) -> Iterator[FunctionRef]:
        """All functions and methods of a module (not those inside functions)."""
        for definition in module.outline.walk():
            if definition.form == "function":
                yield FunctionRef(module, definition)


def _common(path: str, near: str) -> int:
    count = 0
    for a, b in zip(path.split("/"), near.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
