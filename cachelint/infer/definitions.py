"""The trees of the project's functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from cachelint.infer.context import Inference
from cachelint.project.symbols import ClassRef, FunctionRef


def function_node(interpreter: Inference, ref: FunctionRef) -> cst.FunctionDef | None:
    """The tree of a function."""
    parsed = ref.module.parsed(ref.definition)
    return parsed.function if parsed is not None else None


def owner_of(ref: FunctionRef) -> ClassRef | None:
    """The class that a method is defined in."""
    parent = ref.definition.parent
    return ClassRef(ref.module, parent) if parent is not None else None


def parameters_of(parameters: cst.Parameters) -> Iterator[cst.Param]:
    """The parameters that have a name and take one argument, in order."""
    yield from parameters.posonly_params
    yield from parameters.params
    yield from parameters.kwonly_params


def positional_parameters(node: cst.FunctionDef | cst.Lambda) -> list[str]:
    """The names of the parameters that a call can fill by position."""
    return [parameter.name.value for parameter in (*node.params.posonly_params, *node.params.params)]


def body_of(node: cst.FunctionDef) -> Sequence[cst.CSTNode]:
    """The statements of a function."""
    return node.body.body if isinstance(node.body, cst.IndentedBlock) else [node.body]
