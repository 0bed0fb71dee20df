"""Model fields: what an attribute of an instance holds, by the class of its field."""

from __future__ import annotations

from cachelint.frozen import dataclass
from cachelint.types.base import BOOL, BYTES, FLOAT, INT, UNKNOWN, Scalar, Type
from cachelint.types.django import ModelType
from cachelint.types.strings import STR

DATETIME = Scalar("datetime.datetime")
DATE = Scalar("datetime.date")
DECIMAL = Scalar("decimal.Decimal")
UUID = Scalar("uuid.UUID")

#: Class of a field (its last name) → what its attribute holds.
FIELD_TYPES: dict[str, Type] = {
    **dict.fromkeys(
        ("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
         "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"),
        INT,
    ),
    **dict.fromkeys(
        ("CharField", "TextField", "SlugField", "EmailField", "URLField", "FilePathField", "GenericIPAddressField",
         "IPAddressField", "CommaSeparatedIntegerField", "CITextField", "CICharField", "CIEmailField"),
        STR,
    ),
    "BooleanField": BOOL,
    "NullBooleanField": BOOL,
    "FloatField": FLOAT,
    "DecimalField": DECIMAL,
    "DateField": DATE,
    "DateTimeField": DATETIME,
    "TimeField": Scalar("datetime.time"),
    "DurationField": Scalar("datetime.timedelta"),
    "UUIDField": UUID,
    "BinaryField": BYTES,
    "FileField": Scalar("django.db.models.fields.files.FieldFile"),
    "ImageField": Scalar("django.db.models.fields.files.FieldFile"),
    "JSONField": UNKNOWN,
    "PointField": Scalar("django.contrib.gis.geos.GEOSGeometry"),
    "PolygonField": Scalar("django.contrib.gis.geos.GEOSGeometry"),
}  # fmt: skip

#: Where the field classes of FIELD_KINDS are defined; the same name from elsewhere promises nothing.
FIELD_MODULES = ("django.db.models", "django.contrib.postgres.fields", "django.contrib.gis.db.models")

TO_ONE = frozenset({"ForeignKey", "OneToOneField", "TreeForeignKey", "TreeOneToOneField", "ParentalKey"})
TO_MANY = frozenset({"ManyToManyField", "TreeManyToManyField", "ParentalManyToManyField", "GenericRelation"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model.

    ``type`` is what the instance's attribute of that name holds. For a relation, ``related`` is the model at the
    other end (None where it can't be named) and ``many`` says whether the attribute is a manager.
    """

    name: str
    field_class: str
    typ: Type
    related: ModelType | None = None
    relation: bool = False
    many: bool = False
    null: bool = False
    primary_key: bool = False
    #: Whether the class is one of Django's own, whose values are known.
    known: bool = True
    editable: bool = True

    @property
    def attname(self) -> str:
        """The name of the attribute that holds the database value."""
        return f"{self.name}_id" if self.relation and not self.many else self.name


def _plain(*names: tuple[str, str]) -> tuple[Field, ...]:
    return tuple(Field(name, cls, FIELD_TYPES[cls]) for name, cls in names)


#: Models that come with Django, with the fields that their instances have.
KNOWN_MODELS: dict[str, tuple[Field, ...]] = {
    "django.contrib.auth.base_user.AbstractBaseUser": _plain(
        ("password", "CharField"), ("last_login", "DateTimeField")
    ),
    "django.contrib.auth.models.AbstractUser": _plain(
        ("password", "CharField"), ("last_login", "DateTimeField"), ("username", "CharField"),
        ("first_name", "CharField"), ("last_name", "CharField"), ("email", "EmailField"),
        ("is_staff", "BooleanField"), ("is_active", "BooleanField"), ("is_superuser", "BooleanField"),
        ("date_joined", "DateTimeField"),
    ),
    "django.contrib.auth.models.PermissionsMixin": _plain(("is_superuser", "BooleanField")),
    "django.contrib.auth.models.Group": _plain(("name", "CharField")),
    "django.contrib.auth.models.Permission": _plain(("name", "CharField"), ("codename", "CharField")),
    "django.contrib.contenttypes.models.ContentType": _plain(("app_label", "CharField"), ("model", "CharField")),
    "django.contrib.sites.models.Site": _plain(("domain", "CharField"), ("name", "CharField")),
    "django.contrib.sessions.models.Session": _plain(
        ("session_key", "CharField"), ("session_data", "TextField"), ("expire_date", "DateTimeField")
    ),
    "django.db.migrations.recorder.MigrationRecorder.Migration": _plain(
        ("app", "CharField"), ("name", "CharField"), ("applied", "DateTimeField")
    ),
    "django.contrib.admin.models.LogEntry": _plain(("action_time", "DateTimeField"), ("object_repr", "CharField")),
    "django.contrib.flatpages.models.FlatPage": _plain(
        ("url", "CharField"), ("title", "CharField"), ("content", "TextField")
    ),
    "django.contrib.redirects.models.Redirect": _plain(("old_path", "CharField"), ("new_path", "CharField")),
}  # fmt: skip
KNOWN_MODELS["django.contrib.auth.models.User"] = KNOWN_MODELS["django.contrib.auth.models.AbstractUser"]
KNOWN_MODELS["django.contrib.auth.models.AbstractBaseUser"] = KNOWN_MODELS[
    "django.contrib.auth.base_user.AbstractBaseUser"
]

#: What Django itself calls of a model: its methods, and those that it looks for by name.
MODEL_API = frozenset(
    {
        "adelete", "arefresh_from_db", "asave", "check", "clean", "clean_fields", "date_error_message", "delete",
        "from_db", "full_clean", "get_absolute_url", "get_constraints", "get_deferred_fields", "natural_key",
        "prepare_database_save", "refresh_from_db", "save", "save_base", "serializable_value", "unique_error_message",
        "validate_constraints", "validate_unique",
    }
)  # fmt: skip
#: Bases that make a class a model.
MODEL_BASES = frozenset(
    {
        "django.db.models.Model",
        "django.db.models.base.Model",
        "django.contrib.gis.db.models.Model",
        "django.contrib.sessions.base_session.AbstractBaseSession",
        *KNOWN_MODELS,
    }
)
