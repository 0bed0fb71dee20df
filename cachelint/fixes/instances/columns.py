"""Whether the columns of a model come back from a row as they were, and whether all of them are known."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.django.fields import Field
from cachelint.project.symbols import ClassRef
from cachelint.types.base import Unknown, force
from cachelint.types.code import ExternalSymbol
from cachelint.types.django import ModelType
from cachelint.types.join import members


def doubtful_columns(facts: Facts, model: ModelType) -> Iterator[str]:
    """What may not come back from a row of a model as it was."""
    return _Columns(facts).look(model)


class _Columns:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.models = facts.interpreter.models

    def look(self, model: ModelType) -> Iterator[str]:
        """What of the columns of a model may not come back from a row as it was."""
        strange: list[str] = []
        for field in self.models.fields(model).values():
            if field.many:
                continue
            if field.field_class == "BinaryField" or not field.known:
                strange.append(f"`{field.name}` ({field.field_class})")
            elif field.relation and not self._has_plain_key(model, field):
                strange.append(f"`{field.name}` (of what it points to)")
            elif field.field_class == "JSONField" and self._has_encoder(model, field.name):
                strange.append(f"`{field.name}` (JSONField with an encoder)")
        if strange:
            yield f"values of {', '.join(strange)} may not come back as they were"

        yield from self._hidden_fields(model)

    def _has_plain_key(self, model: ModelType, field: Field) -> bool:
        """Whether the key of what a relation points to comes back as it was."""
        if field.related is None:
            return True
        if self._is_written_with(model, field.name, b"to_field"):
            return False
        keys = [each for each in self.models.fields(field.related).values() if each.primary_key]
        return all(key.known and key.field_class not in ("BinaryField", "JSONField") for key in keys)

    def _hidden_fields(self, model: ModelType) -> Iterator[str]:
        """What in the body of a class may be a field that is not seen: the result of a call that is not known."""
        fields = self.models.fields(model)
        for base in self.facts.interpreter.classes.order(model.ref) if model.ref is not None else []:
            scope = base.definition.scope if isinstance(base, ClassRef) else None
            if scope is None:
                continue
            assert isinstance(base, ClassRef)
            parsed = base.module.parsed(base.definition, header_only=True)
            if parsed is not None and b"metaclass" in parsed.module.code.encode():
                yield f"`{base.definition.name}` has a metaclass, which may add fields"
            if any(b"locals()" in base.module.text_of(each) for each in scope.statements):
                yield f"`{base.definition.name}` may get fields by `locals()`"
            for name, definitions in scope.definitions.items():
                if name in fields or definitions[-1].form != "assignment" or name in ("objects", "Meta"):
                    continue
                with self.facts.interpreter.question():
                    typ = force(self.facts.interpreter.class_value(base, definitions, name))
                known = not any(isinstance(member, Unknown | ExternalSymbol) for member in members(typ))
                if not known and b"(" in base.module.text_of(definitions[-1]):
                    yield f"`{base.definition.name}.{name}` may be a field of a kind that is not known"

    def _has_encoder(self, model: ModelType, name: str) -> bool:
        """Whether a field of a model has an encoder of its own."""
        return self._is_written_with(model, name, b"encoder")

    def _is_written_with(self, model: ModelType, name: str, word: bytes) -> bool:
        ref = model.ref
        for base in self.facts.interpreter.classes.order(ref) if ref is not None else []:
            scope = base.definition.scope if isinstance(base, ClassRef) else None
            for definition in scope.definitions.get(name, ()) if scope is not None else ():
                assert isinstance(base, ClassRef)
                if word in base.module.text_of(definition):
                    return True
        return False
