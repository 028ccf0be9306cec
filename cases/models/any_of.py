"""The lookup ``any_of``: like ``in`` for whole numbers, with the whole list as one parameter.

A block's ids cost Django and psycopg more to write out one by one than PostgreSQL needs to find the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import models


class Ids:
    """Whole numbers written out once, for the many queries of a block. No sequence: Django looks at each of those."""

    def __init__(self, ids: Iterable[int]) -> None:
        self.text = ",".join(map(str, ids))


@models.Field.register_lookup
@models.ForeignKey.register_lookup
class AnyOf(models.Lookup):
    """``filter(grant__any_of=ids)``: an array on PostgreSQL, a JSON list on SQLite. No ids: no rows."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_prep_lookup(self) -> Ids:
        return self.rhs if isinstance(self.rhs, Ids) else Ids(self.rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*parameters, f"{{{self.rhs.text}}}"]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, f"[{self.rhs.text}]"]


@models.CharField.register_lookup
class AnyText(models.Lookup):
    """``filter(cpr__any_text=texts)``: like ``in`` for texts, with the whole list as one parameter of JSON."""

    lookup_name = "any_text"
    prepare_rhs = False

    def get_prep_lookup(self) -> str:
        return json.dumps(list(self.rhs))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))", [*parameters, self.rhs]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, self.rhs]
