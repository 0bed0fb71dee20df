"""The parts of a key's text: fixed words, and what stands for something made at run time, with what that can be."""

from __future__ import annotations

from typing import NamedTuple

from cachelint.types.base import Scalar, Type
from cachelint.types.display import short
from cachelint.types.django import ModelInstance, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Placeholder, Str, Text
from cachelint.types.template import joined


class Part(NamedTuple):
    """A part of a key: its text, or the source of what is made at run time, with the word for what that is."""

    text: str
    is_fixed: bool
    content: str = ""


def words_of(template: Str) -> tuple[Part, ...]:
    """The parts of a template."""
    return tuple(
        Part(part.text, is_fixed=True) if isinstance(part, Text) else Part(part.name, False, content_of(part))
        for part in joined(template)
    )


def content_of(part: Placeholder) -> str:
    """What the text of a part is made of, in a word: ``int``, ``UUID``, ``digest``, the name of a model; or empty."""
    found = {_word(member) for member in members(part.content)} if part.content is not None else set()
    return found.pop() if len(found) == 1 else ""


def _word(typ: Type) -> str:
    match typ:
        case Scalar(type=name):
            return short(name)
        case Str(digest=True):
            return "digest"
        case Str():
            return "str"
        case ModelInstance(model=model):
            return model.short_name
        case QuerySet():
            return "QuerySet"
    return ""
