"""The model as an expression: what the code at a place calls the class that it loads instances of."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.findings import Edit
from cachelint.fixes.apply.imports import Imports, local_import
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, parameters
from cachelint.fixes.instances.stored import Stored
from cachelint.fixes.rows.queries import type_of
from cachelint.project.classes import dotted
from cachelint.project.module import Module
from cachelint.project.symbols import ClassRef, FunctionRef, ModuleRef, ValueRef
from cachelint.project.syntax import descendants
from cachelint.types.base import force
from cachelint.types.django import Manager, ModelClass, ModelType

#: Modules that are looked through for a circle of imports.
_MAX_MODULES = 400


def model_at(
    facts: Facts, function: Function, node: cst.CSTNode, stored: Stored, imports: Imports
) -> tuple[str, list[Edit]]:
    """What a function can call a model at a node, with the import inside it that this takes. Raises FixBlocked."""
    module, model = function.ref.module, stored.model
    written = _in_query(facts, function, node, stored) or _in_function(facts, function, node, model)
    in_module = _in_module(facts, module, model)
    first = in_module.partition(".")[0]
    if not written and in_module and first not in variables_of(function) and not _is_deleted(module, first):
        if not function.bindings(first):
            written = in_module
    if written:
        return written, []
    if model == facts.interpreter.models.user_model():
        return _imported(facts, function, imports, "django.contrib.auth", "get_user_model", "()")
    ref = model.ref
    if ref is not None and (facts.interpreter.models.is_abstract(ref) or ref.definition.parent is not None):
        raise FixBlocked(f"{function.where(node)}: the class of the instances has no name here")
    home, _, name = model.name.rpartition(".")
    if not home or (ref is None and not model.certain):
        raise FixBlocked(f"{function.where(node)}: the class of the instances has no name here")
    return _imported(facts, function, imports, ref.module.name if ref is not None else home, name, "")


def _in_query(facts: Facts, function: Function, node: cst.CSTNode, stored: Stored) -> str:
    """What the query whose rows are stored is made of, where it stands in the same function."""
    for origin in [typ.origin for typ in stored.instances if typ.origin is not None]:
        if origin.parsed is not function.parsed:
            continue
        for other in (origin.node, *descendants(origin.node)):
            if isinstance(other, cst.Attribute) and other.attr.value in _MANAGERS:
                name = dotted(other.value)
                if name and _is_bound_before(function, name.partition(".")[0], node):
                    typ = force(type_of(facts, function, other.value))
                    # A query of one model may lead to rows of another.
                    if not isinstance(typ, ModelClass) or typ.model == stored.model:
                        return name
    return ""


def _is_bound_before(function: Function, name: str, node: cst.CSTNode) -> bool:
    """Whether a name means the same at a node as everywhere in a function."""
    given = function.bindings(name)
    if not given:
        return True
    if len(given) > 1:
        return False
    if isinstance(given[0], cst.Param):
        return True
    # Before the node, at the beginning and not in a branch.
    line: cst.CSTNode | None = given[0]
    while line is not None and not isinstance(line, cst.BaseStatement):
        line = function.parents.get(line)
    is_first = line is not None and function.parents.get(line) is function.tree.body
    return is_first and function.line(given[0]) < function.line(node)


def _in_function(facts: Facts, function: Function, node: cst.CSTNode, model: ModelType) -> str:
    """What the queries of the function itself are made of: `Book.objects`, `cls.objects`, `self.model`."""
    for other in descendants(function.tree):
        if not isinstance(other, cst.Attribute) or other.attr.value not in _MANAGERS:
            continue
        name = dotted(other.value)
        if not name or not _is_bound_before(function, name.partition(".")[0], node):
            continue
        typ = force(type_of(facts, function, other.value))
        if isinstance(typ, ModelClass) and typ.model == model:
            return name
    parameters = function.tree.params.params
    if function.ref.definition.parent is not None and parameters and parameters[0].name.value == "self":
        owner = ClassRef(function.ref.module, function.ref.definition.parent)
        typ = facts.interpreter.instance_of(owner)
        if isinstance(typ, Manager) and typ.model in (None, model):
            return "self.model"
    return ""


_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "DoesNotExist"})


def _in_module(facts: Facts, module: Module, model: ModelType) -> str:
    """A name of the module's own that is the model, or a module that has it."""
    codebase, scope = facts.codebase, module.outline.scope
    for name in (*scope.definitions, *scope.imports):
        bindings = scope.imports.get(name, ())
        if any(binding.conditional for binding in bindings) or name.startswith("__"):
            continue
        definitions = scope.definitions.get(name, ())
        if any(definition.conditional for definition in definitions) or len(definitions) + len(bindings) > 1:
            continue
        symbol = codebase.resolve(module, name)
        if isinstance(symbol, ModuleRef):
            if model.ref is not None and symbol.module == model.ref.module:
                return f"{name}.{model.short_name}"
            continue
        if isinstance(symbol, FunctionRef | None):
            continue
        if isinstance(symbol, ValueRef) and model != facts.interpreter.models.user_model():
            continue
        typ = force(facts.interpreter.symbol(symbol))
        if isinstance(typ, ModelClass) and typ.model == model:
            return name
    return ""


def _imported(
    facts: Facts, function: Function, imports: Imports, home: str, name: str, call: str
) -> tuple[str, list[Edit]]:
    module = function.ref.module
    own = function.bindings(name)
    if own and not all(isinstance(node, cst.ImportAlias) for node in own):
        raise FixBlocked(f"`{name}` means something else in `{function.ref.definition.name}`")
    target = facts.codebase.module(home, module)
    # What the function imports itself, further down, is a name of its own all over it.
    if own or (target is not None and (_leads_to(facts, target, module) or not _loads_models(facts, module))):
        return f"{name}{call}", [local_import(function, home, name)]
    chosen = imports.name(module, home, name, ())
    if variables_of(function) & {chosen.partition(".")[0]}:
        raise FixBlocked(f"`{chosen}` means something else in `{function.ref.definition.name}`")
    if _is_deleted(module, chosen):
        return f"{name}{call}", [local_import(function, home, name)]
    return f"{chosen}{call}", []


def variables_of(function: Function) -> set[str]:
    """All names that are a variable somewhere in a function, that of a comprehension included."""
    found = {parameter.name.value for parameter in parameters(function.tree)}
    for node in function.parents:
        if isinstance(node, cst.For | cst.CompFor | cst.AssignTarget | cst.NamedExpr | cst.AnnAssign | cst.AsName):
            target = node.name if isinstance(node, cst.AsName) else node.target
            if not isinstance(node, cst.AsName) or not isinstance(function.parents.get(node), cst.ImportAlias):
                found |= {n.value for n in (target, *descendants(target)) if isinstance(n, cst.Name)}
        elif isinstance(node, cst.Lambda):
            found |= {parameter.name.value for parameter in node.params.params}
    return found


def _is_deleted(module: Module, name: str) -> bool:
    """Whether a file takes a name away again that it has imported."""
    return bool(module.findall(re.compile(rb"^[ \t]*del[ \t][^\n]*\b" + re.escape(name.encode()) + rb"\b", re.M)))


def _loads_models(facts: Facts, module: Module) -> bool:
    """Whether a file imports models at its top already: one that does not may be loaded before they can be."""
    for bindings in module.outline.scope.imports.values():
        for binding in bindings:
            if binding.conditional:
                continue
            full = module.absolute(binding.module)
            for name in (full, f"{full}.{binding.name}"):
                found = facts.codebase.module(name, module)
                if found is not None and _defines_models(facts, found):
                    return True
    return _defines_models(facts, module)


def _defines_models(facts: Facts, module: Module) -> bool:
    classes = [d for found in module.outline.scope.definitions.values() for d in found if d.form == "class"]
    return any(facts.interpreter.models.model(ClassRef(module, each)) is not None for each in classes)


def _leads_to(facts: Facts, start: Module, goal: Module) -> bool:
    """Whether a module imports another one, itself or through others, when it is loaded."""
    seen = {start.path}
    waiting = [start]
    while waiting and len(seen) < _MAX_MODULES:
        module = waiting.pop()
        for bindings in module.outline.scope.imports.values():
            for binding in bindings:
                full = module.absolute(binding.module)
                for name in (full, f"{full}.{binding.name}"):
                    found = facts.codebase.module(name, module)
                    if found is None or found.path in seen:
                        continue
                    if found.path == goal.path:
                        return True
                    seen.add(found.path)
                    waiting.append(found)
    return False
