"""Facts, rates and parameters as plain JSON values and back: what a decision keeps and replay reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import compress
from operator import attrgetter, call, ne
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from rules.months import Month


def freeze(value: Any) -> Any:
    """A value as JSON types. Decimals, dates and months become text.

    A dataclass becomes its fields in alphabetical order, without those at an empty default. A default that is
    a figure or a flag is always written out: a later version of the program may have another one.
    """
    return _WRITERS[type(value)](value)


def thaw(kind: Any, value: Any) -> Any:
    """The inverse of ``freeze`` for a type with annotations. ValueError on a value that does not fit."""
    try:
        return _reader(kind)(value)
    except (ArithmeticError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{value!r:.200} is no {kind}") from error


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces."""
    return _SORTING.encode(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class Written(dict[str, Any]):
    """What ``freeze`` made of a dataclass, with its canonical text: what is both hashed and stored is encoded once."""

    __slots__ = ("text",)

    def __init__(self, frozen: dict[str, Any]) -> None:
        super().__init__(frozen)
        self.text = _IN_ORDER.encode(frozen)


def digest_of_parts(parts: dict[str, Any]) -> str:
    """The same digest as of a dict of these values, whose keys are in order all the way down."""
    texts = (one.text if type(one) is Written else _IN_ORDER.encode(one) for one in parts.values())
    whole = ",".join([f'"{name}":{text}' for name, text in zip(parts, texts, strict=True)])
    return hashlib.sha256(f"{{{whole}}}".encode()).hexdigest()


_SORTING = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_IN_ORDER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _writer_of(kind: Any) -> Callable[[Any], dict[str, Any]]:
    """What freezes the values of a dataclass. The loops run in C: a case has some hundred fields."""
    defaults = {field.name: MISSING if _is_setting(field.default) else field.default for field in fields(kind)}
    names = sorted(defaults)
    at_default = [defaults[name] for name in names]
    read = attrgetter("__class__", *names)  # two names or more, so that it gives a tuple

    def write(value: Any) -> dict[str, Any]:
        values = read(value)[1:]
        told = list(map(ne, values, at_default))
        writers = map(_WRITERS.__getitem__, map(type, compress(values, told)))
        return dict(zip(compress(names, told), map(call, writers, compress(values, told)), strict=True))

    return write


def _is_setting(default: Any) -> bool:
    """Whether a default is a figure or a flag: 5 %, False, the schema's number. 0 kr. says nothing."""
    return isinstance(default, int) or (isinstance(default, Decimal) and default != 0)


@lru_cache(maxsize=10_000)
def _number(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros, and never "-0"."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if value else "0"


def _same(value: Any) -> Any:
    return value


def _list(values: Any) -> list[Any]:
    return list(map(freeze, values))


class _Writers(dict[Any, Callable[[Any], Any]]):
    """By type. One that is met for the first time is a dataclass, or a subclass of a known type (a named tuple)."""

    def __missing__(self, kind: Any) -> Callable[[Any], Any]:
        known = next((write for one, write in self.items() if issubclass(kind, one)), None)
        self[kind] = known or _writer_of(kind)
        return self[kind]


_WRITERS = _Writers(
    {
        str: _same,
        Decimal: _number,
        date: lru_cache(maxsize=10_000)(date.isoformat),
        Month: str,
        tuple: _list,
        list: _list,
        NoneType: _same,
        bool: _same,
        int: _same,
    }
)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What thaws the values of a type; worked out once, for a case has some hundred fields."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _or_none(_reader(next(one for one in get_args(kind) if one is not NoneType)))
    if origin is tuple:
        return _reader_of_tuple(get_args(kind))
    return _READERS.get(kind) or _reader_of(kind)


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _reader_of_tuple(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    readers = tuple(_reader(kind) for kind in kinds if kind is not Ellipsis)
    of_any_length = len(kinds) == 2 and kinds[1] is Ellipsis

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError(f"{value!r} is no list")
        if of_any_length:
            return tuple(map(readers[0], value))
        return tuple(one(part) for one, part in zip(readers, value, strict=True))

    return read


def _reader_of(kind: Any) -> Callable[[Any], Any]:
    """What thaws a dataclass. Values alike are made once: the same report stands in a year of a case's decisions.

    A kind with flags or whole numbers is always made anew: 1 and true are alike as keys, and not as values.
    """
    hints = get_type_hints(kind)
    readers = {name: _reader(hint) for name, hint in hints.items()}

    def make(items: tuple[tuple[str, Any], ...]) -> Any:
        return kind(**{name: readers[name](one) for name, one in items})

    if {bool, int} & set(hints.values()):
        return lambda value: make(tuple(value.items()))
    remembered = lru_cache(maxsize=5_000)(make)

    def read(value: Any) -> Any:
        items = tuple(value.items())
        try:
            return remembered(items)
        except TypeError:  # a list inside cannot be a key
            return make(items)

    return read


def _only(kind: type) -> Callable[[Any], Any]:
    """A reader that takes values of just this type: no text for a flag, no flag for a number."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return read


def _text_of(make: Callable[[str], Any]) -> Callable[[Any], Any]:
    """A reader of a value that is kept as text. Amounts, days and months come again and again."""
    text = _only(str)

    @lru_cache(maxsize=50_000, typed=True)
    def read(value: Any) -> Any:
        return make(text(value))

    return read


_READERS: dict[Any, Callable[[Any], Any]] = {
    Decimal: _text_of(Decimal),
    Month: _text_of(Month.parse),
    date: _text_of(date.fromisoformat),
    str: _only(str),
    int: _only(int),
    bool: _only(bool),
}
