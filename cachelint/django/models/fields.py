"""The fields of models, with what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.django.fields import (
    FIELD_MODULES,
    FIELD_TYPES,
    KNOWN_MODELS,
    MODEL_BASES,
    TO_MANY,
    TO_ONE,
    Field,
)
from cachelint.django.models.discovery import ModelDiscovery
from cachelint.project.classes import dotted
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, External, Symbol
from cachelint.types.base import INT, NONE, UNKNOWN, Type
from cachelint.types.django import Manager, ModelInstance, ModelType
from cachelint.types.join import join

#: ``name = made_by(…)`` and ``name: Type = made_by(…)``.
_MADE_BY = re.compile(rb"\w+\s*(?::[^=]*)?=\s*([\w.\s]+)\(")
#: ``name = […]`` and other literals.
_LITERAL = re.compile(rb"\w+\s*(?::[^=]*)?=\s*[\[{'\"\d]")

_DECLARES = re.compile(rb"=\s*models\.\w*(Field|ForeignKey)\(")


class ModelFields(ModelDiscovery):
    """The same, with the fields of each model."""

    # -- fields --------------------------------------------------------------------------------------------

    def declares_field(self, ref: ClassRef) -> bool:
        """Whether the body of a class itself defines a field of Django's."""
        if not ref.module.matches(ref.definition, _DECLARES):
            return False
        return any(field.known for field in self._own_fields(ref))

    def fields(self, model: ModelType) -> dict[str, Field]:
        """All fields of a model by name, inherited ones included; the key is there too."""
        if model.name not in self._fields:
            self._fields[model.name] = {}
            found: dict[str, Field] = {}
            order = self.classes.order(model.ref) if model.ref else [External(model.name)]
            for base in reversed(order):
                if isinstance(base, External):
                    found.update({field.name: field for field in KNOWN_MODELS.get(base.name, ())})
                else:
                    own = {field.name: field for field in self._own_fields(base)}
                    for name in found.keys() - own.keys():
                        if _takes_away(base, name):
                            del found[name]
                    found.update(own)
            if not any(field.primary_key for field in found.values()):
                known = model.ref is None or all(
                    isinstance(b, ClassRef) or b.name in MODEL_BASES or b.name.startswith(("django.", "builtins."))
                    for b in order
                )
                found["id"] = Field("id", "BigAutoField", INT if known else UNKNOWN, primary_key=True, known=known)
            self._fields[model.name] = found
        return self._fields[model.name]

    def primary_key(self, model: ModelType) -> Field:
        """The field that is the key."""
        for field in self.fields(model).values():
            if field.primary_key:
                return field
        return Field("id", "BigAutoField", UNKNOWN, primary_key=True, known=False)

    def value_type(self, field: Field, depth: int = 3) -> Type:
        """What the database value of a field is: for a relation the key of the other model."""
        if not field.relation or field.many:
            return field.typ
        if field.related is None or depth == 0:
            return UNKNOWN
        typ = self.value_type(self.primary_key(field.related), depth - 1)
        return join(typ, NONE) if field.null else typ

    def _own_fields(self, ref: ClassRef) -> Iterator[Field]:
        scope = ref.definition.scope
        for name, definitions in (scope.definitions if scope else {}).items():
            definition = definitions[-1]
            if definition.form != "assignment" or not self._may_be_field(ref, definition):
                continue
            field = self._read_field(ref, name, definition)
            if field is not None:
                yield field

    def _may_be_field(self, ref: ClassRef, definition: Definition) -> bool:
        """Whether what is assigned is a call of a field class, as far as its text says: parsing costs much more."""
        text = ref.module.text_of(definition)
        made = _MADE_BY.match(text)
        if made is None:
            return b"(" in text and not _LITERAL.match(text)
        name = "".join(made.group(1).decode().split())
        return bool(self._field_class(self.classes.resolve_dotted(ref.module, name))[0])

    def _read_field(self, ref: ClassRef, name: str, definition: Definition) -> Field | None:
        parsed = ref.module.parsed(definition)
        call = _assigned_call(parsed.statements[0]) if parsed and parsed.statements else None
        if call is None:
            return None
        callee = dotted(call.func)
        symbol = self.classes.resolve_dotted(ref.module, callee) if callee else None
        field_class, known = self._field_class(symbol)
        if not field_class:
            return None
        arguments = {arg.keyword.value: arg.value for arg in call.args if arg.keyword}
        null = self._may_be_null(symbol, call, arguments.get("null"))
        primary = _is_true(arguments.get("primary_key"))
        if field_class in TO_ONE or field_class in TO_MANY:
            target = arguments.get("to") or (call.args[0].value if call.args and not call.args[0].keyword else None)
            related = self._target(ref, target)
            many = field_class in TO_MANY
            typ: Type = UNKNOWN
            if many:
                typ = Manager(related, related=True)
            elif related is not None:
                typ = join(ModelInstance(related), NONE) if null else ModelInstance(related)
            editable = not _is_false(arguments.get("editable")) and field_class != "GenericRelation"
            return Field(name, field_class, typ, related, True, many, null, primary, known, editable)
        typ = FIELD_TYPES.get(field_class, UNKNOWN) if known else UNKNOWN
        if null and typ is not UNKNOWN:
            typ = join(typ, NONE)
        hidden = _is_true(arguments.get("auto_now")) or _is_true(arguments.get("auto_now_add"))
        hidden = hidden or _is_false(arguments.get("editable")) or field_class == "BinaryField"
        return Field(
            name, field_class, typ, null=null, primary_key=primary, known=known and typ is not UNKNOWN,
            editable=not hidden,
        )  # fmt: skip

    def _may_be_null(self, symbol: Symbol | None, call: cst.Call, null: cst.BaseExpression | None) -> bool:
        """Whether a field may be null, as far as its definition tells: what is computed may be True."""
        if null is not None:
            return not _is_false(null)
        if any(argument.star == "**" for argument in call.args):
            return True
        inside = (
            [b for b in self.classes.order(symbol) if isinstance(b, ClassRef)] if isinstance(symbol, ClassRef) else []
        )
        return any(b.definition.scope is not None and "__init__" in b.definition.scope.definitions for b in inside)

    def _field_class(self, symbol: Symbol | None) -> tuple[str, bool]:
        """Name of the field class that decides the value, and whether its values are known."""
        if isinstance(symbol, External):
            last = symbol.name.rpartition(".")[2]
            if not (last.endswith("Field") or last in TO_ONE | TO_MANY):
                return "", False
            if ".forms" in symbol.name or "serializers" in symbol.name:
                return "", False
            return last, symbol.name.startswith(FIELD_MODULES) or last in TO_ONE | TO_MANY
        if isinstance(symbol, ClassRef):
            names = self.classes.externals(symbol)
            inside = [base for base in self.classes.order(symbol) if isinstance(base, ClassRef)]
            converts = any(
                base.definition.scope is not None
                and {"from_db_value", "to_python", "contribute_to_class", "__get__", "descriptor_class"}
                & set(base.definition.scope.definitions)
                for base in inside
            )
            for name in names:
                found, known = self._field_class(External(name))
                if found:
                    return found, known and not converts
        return "", False

    def _target(self, ref: ClassRef, node: cst.BaseExpression | None) -> ModelType | None:
        if isinstance(node, cst.SimpleString):
            label = str(node.evaluated_value)
            if label == "self":
                return self.model(ref)
            return self.by_label(label, ref.module)
        name = dotted(node)
        if name is None:
            if isinstance(node, cst.Call) and (dotted(node.func) or "").endswith("get_user_model"):
                return self.user_model()
            return None
        if name.endswith("AUTH_USER_MODEL"):
            return self.user_model()
        return self.model(self.classes.resolve_dotted(ref.module, name))


def _assigned_call(statement: cst.CSTNode) -> cst.Call | None:
    if isinstance(statement, cst.SimpleStatementLine) and statement.body:
        inner = statement.body[0]
        if isinstance(inner, cst.Assign | cst.AnnAssign) and isinstance(inner.value, cst.Call):
            return inner.value
    return None


def _is_true(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Name) and node.value == "True"


def _is_false(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Name) and node.value == "False"


def _takes_away(ref: ClassRef, name: str) -> bool:
    """Whether a class has something else in the place of an inherited field (`status = None`, a property)."""
    definitions = ref.definition.scope.definitions.get(name) if ref.definition.scope is not None else None
    if not definitions:
        return False
    # An annotation alone gives it no value.
    return definitions[-1].form != "assignment" or b"=" in ref.module.text_of(definitions[-1])
