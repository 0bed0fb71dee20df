"""The models of a project: which classes are models, what their attributes are, which managers they have."""

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
from cachelint.django.settings import is_for_tests
from cachelint.project.classes import Classes, dotted
from cachelint.project.codebase import Codebase, Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, External, Symbol
from cachelint.types.base import INT, NONE, UNKNOWN, Type
from cachelint.types.django import Manager, ModelInstance, ModelType
from cachelint.types.join import join

MANAGER_BASES = frozenset({"Manager", "BaseManager", "UserManager", "BaseUserManager"})
QUERYSET_BASES = frozenset({"QuerySet", "RawQuerySet"})

#: Where a base class named ``…Model`` is no Django model.
_OTHER_MODELS = (
    "pydantic", "mongoengine", "sqlalchemy", "peewee", "torch", "keras", "tensorflow", "sklearn", "ninja", "odoo",
    "marshmallow", "openai", "transformers", "elasticsearch_dsl", "neomodel", "tortoise", "pynamodb", "attr",
    "sqlmodel", "beanie", "odmantic", "umongo", "cassandra", "django_mongoengine", "torchvision", "timm", "langchain",
)  # fmt: skip

#: The label itself, or the default of ``os.getenv("AUTH_USER_MODEL", "app.User")``.
_USER_SETTING = re.compile(rb"^AUTH_USER_MODEL\s*=[^\n#]*['\"]([A-Za-z_]\w*\.[A-Za-z_]\w*)['\"]", re.M)


#: ``name = made_by(…)`` and ``name: Type = made_by(…)``.
_MADE_BY = re.compile(rb"\w+\s*(?::[^=]*)?=\s*([\w.\s]+)\(")
#: ``name = […]`` and other literals.
_LITERAL = re.compile(rb"\w+\s*(?::[^=]*)?=\s*[\[{'\"\d]")
_DECLARES = re.compile(rb"=\s*models\.\w*(Field|ForeignKey)\(")
_ABSTRACT = re.compile(rb"\babstract\s*=\s*True")
_CLASS = re.compile(rb"class\s+(\w+)")
_RELATED_NAME = re.compile(rb"related_name\s*=\s*['\"](\w+)['\"]")


class Models:
    """Questions about the models of a code base."""

    def __init__(self, codebase: Codebase, classes: Classes) -> None:
        self.codebase = codebase
        self.classes = classes
        self._models: dict[ClassRef, ModelType | None] = {}
        self._fields: dict[str, dict[str, Field]] = {}
        self._reverse: dict[tuple[str, str], Type | None] = {}
        self._users: ModelType | None = None
        self._by_label: dict[str, ModelType | None] = {}

    # -- which classes are models --------------------------------------------------------------------------

    def model(self, symbol: Symbol | None) -> ModelType | None:
        """The model that a symbol names, if it names one."""
        if isinstance(symbol, External):
            return ModelType(symbol.name) if symbol.name in KNOWN_MODELS else None
        if not isinstance(symbol, ClassRef):
            return None
        if symbol not in self._models:
            self._models[symbol] = None
            self._models[symbol] = self._judge(symbol)
        return self._models[symbol]

    def _judge(self, ref: ClassRef) -> ModelType | None:
        externals = self.classes.externals(ref)
        if any(name in MODEL_BASES for name in externals):
            return ModelType(ref.name, ref)
        outside = [name for name in externals if not name.startswith(("builtins.", "typing.", "abc."))]
        if not outside:
            return None
        # A base that is not in the project: fields of Django in the class body prove a model, a name suggests one.
        if any(self._has_own_field(base) for base in self.classes.order(ref) if isinstance(base, ClassRef)):
            return ModelType(ref.name, ref)
        for name in outside:
            last = name.rpartition(".")[2]
            if last.endswith("Model") and last != "Model" and not name.startswith(_OTHER_MODELS):
                return ModelType(ref.name, ref, certain=False)
        return None

    def _has_own_field(self, ref: ClassRef) -> bool:
        if not ref.module.matches(ref.definition, _DECLARES):
            return False
        return any(field.known for field in self._own_fields(ref))

    def user_model(self) -> ModelType:
        """The model of users: ``AUTH_USER_MODEL`` where a settings module names one."""
        if self._users is None:
            self._users = ModelType("django.contrib.auth.models.User")
            labels = [
                module.findall(_USER_SETTING)[0][0].decode()
                for module in self.codebase.search(_USER_SETTING, "AUTH_USER_MODEL")
                # What a package's own tests run with is not what its users have.
                if not is_for_tests(module.path)
            ]
            for label in labels:
                found = self.by_label(label)
                if found is not None:
                    self._users = found
                    break
            else:
                if labels:
                    self._users = ModelType(labels[0])
        return self._users

    def by_label(self, label: str, near: Module | None = None) -> ModelType | None:
        """The model that ``"app.Model"`` or ``"Model"`` names."""
        if label == "settings.AUTH_USER_MODEL":
            return self.user_model()
        key = f"{near.path if near and '.' not in label else ''}:{label}"
        if key not in self._by_label:
            self._by_label[key] = self._find_label(label, near)
        return self._by_label[key]

    def _find_label(self, label: str, near: Module | None) -> ModelType | None:
        app, _, name = label.rpartition(".")
        if near is not None and not app:
            found = self.model(self.codebase.resolve(near, name))
            if found is not None:
                return found
        candidates: list[ModelType] = []
        for module in self.codebase.indexed(_CLASS, "class").get(name.encode(), ()):
            for definition in module.outline.scope.definitions.get(name, []):
                found = self.model(ClassRef(module, definition)) if definition.form == "class" else None
                if found is not None:
                    candidates.append(found)
        if app:
            named = [c for c in candidates if c.ref and _app_of(c.ref.module) == app.rpartition(".")[2]]
            if named:
                return named[0]
        elif near is not None:
            here = [c for c in candidates if c.ref and _app_of(c.ref.module) == _app_of(near)]
            if here:
                return here[0]
        if len(candidates) == 1:
            return candidates[0]
        known = [n for n in KNOWN_MODELS if n.endswith(f".{name}") and (not app or f".{app}." in n)]
        return ModelType(known[0]) if known and not candidates else None

    # -- fields --------------------------------------------------------------------------------------------

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

    # -- relations from the other side ---------------------------------------------------------------------

    def reverse(self, model: ModelType, name: str) -> Type | None:
        """What a reverse accessor of a model holds: a related manager, or an instance for one-to-one."""
        key = (model.name, name)
        if key not in self._reverse:
            self._reverse[key] = self._find_reverse(model, name)
        return self._reverse[key]

    def _find_reverse(self, model: ModelType, name: str) -> Type | None:
        for module, definition in self._pointing(name):
            other = self.model(ClassRef(module, definition))
            for field in self.fields(other).values() if other is not None else ():
                if other is not None and field.relation and self._reaches(field.related, model):
                    if field.field_class == "OneToOneField":
                        return ModelInstance(other)
                    return Manager(other, related=True)
        return None

    def _reaches(self, related: ModelType | None, model: ModelType) -> bool:
        """Whether what relates to one model may relate to another: its child, or a parent that is abstract."""
        if related is None or model.ref is None or related.name == model.name:
            return related is not None and related.name == model.name
        if any(base.name == related.name for base in self.classes.order(model.ref)):
            return True
        return self.is_abstract(model.ref) and any(c.name == related.name for c in self.classes.subclasses(model.ref))

    def _pointing(self, name: str) -> Iterator[tuple[Module, Definition]]:
        """The classes whose foreign keys may be called so from the other side."""
        pattern = re.compile(rb"related_name\s*=\s*['\"]" + re.escape(name.encode()) + rb"['\"]")
        for module in self.codebase.indexed(_RELATED_NAME, "related_name").get(name.encode(), ()):
            for definition in module.outline.walk():
                if definition.form == "class" and module.matches(definition, pattern):
                    yield module, definition
        short = name.removesuffix("_set")
        if short == name:
            return
        for known, modules in self.codebase.indexed(_CLASS, "class").items():
            for module in modules if known.lower() == short.lower().encode() else ():
                for definition in module.outline.walk():
                    if definition.form == "class" and definition.name.lower() == short.lower():
                        yield module, definition

    # -- managers ------------------------------------------------------------------------------------------

    def is_manager_class(self, ref: ClassRef) -> bool:
        """Whether a class derives from Django's manager."""
        return any(_is_manager_name(name) for name in self.classes.externals(ref))

    def is_queryset_class(self, ref: ClassRef) -> bool:
        """Whether a class derives from Django's QuerySet and is no manager."""
        names = self.classes.externals(ref)
        found = any(name.rpartition(".")[2] in QUERYSET_BASES and "django" in name for name in names)
        return found and not self.is_manager_class(ref)

    def users_of(self, ref: ClassRef) -> list[ModelType]:
        """The models that use a manager or queryset class."""
        found: list[ModelType] = []
        for module in self.codebase.containing(ref.definition.name):
            for definition in module.naming(ref.definition.name):
                if definition.form != "assignment" or definition.parent is None:
                    continue
                owner = ClassRef(module, definition.parent)
                model = self.model(owner)
                if model is not None and model not in found and not self.is_abstract(owner):
                    found.append(model)
        return found

    def is_abstract(self, ref: ClassRef) -> bool:
        """Whether the class says ``abstract = True``."""
        scope = ref.definition.scope
        inner = scope.definitions.get("Meta", []) if scope else []
        return any(ref.module.matches(meta, _ABSTRACT) for meta in inner)


def _is_manager_name(name: str) -> bool:
    """A manager of Django, or of a package that extends its models and names it so."""
    module, _, last = name.rpartition(".")
    if last in MANAGER_BASES and "django" in module:
        return True
    return last.endswith("Manager") and module.endswith((".managers", ".models", ".query", ".manager"))


def _app_of(module: Module) -> str:
    parts = module.name.split(".")
    for marker in ("models", "abstract_models"):
        if marker in parts:
            parts = parts[: parts.index(marker)]
    return parts[-1] if parts else ""


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
