"""Facts, rates and parameters as plain JSON values and back: what a decision keeps and replay reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from rules.months import Month


def freeze(value: Any) -> Any:
    """A value as JSON types. Decimals, dates and months become text; fields at their default are left out."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, Month | date):
        return str(value)
    if isinstance(value, tuple | list):
        return [freeze(one) for one in value]
    pairs = ((name, getattr(value, name), default) for name, default in _defaults(cast(Any, type(value))))
    return {name: freeze(found) for name, found, default in pairs if found != default}


def thaw(kind: Any, value: Any) -> Any:
    """The inverse of ``freeze`` for a type with annotations. ValueError on a value that does not fit."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return None if value is None else thaw(next(one for one in get_args(kind) if one is not NoneType), value)
    if origin is tuple:
        return _thaw_tuple(get_args(kind), value)
    if is_dataclass(kind) and kind is not Month:
        make = cast(Any, kind)
        hints = _hints(make)
        return make(**{name: thaw(hints[name], one) for name, one in value.items()})
    return _READERS[kind](value)


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _thaw_tuple(kinds: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(thaw(kinds[0], one) for one in value)
    return tuple(thaw(kind, one) for kind, one in zip(kinds, value, strict=True))


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Field names with their defaults; a field without one is always kept (MISSING equals nothing)."""
    return tuple((field.name, field.default) for field in fields(kind) if field.init)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


_READERS: dict[Any, Any] = {
    Decimal: Decimal,
    Month: Month.parse,
    date: date.fromisoformat,
    str: str,
    int: int,
    bool: bool,
}
