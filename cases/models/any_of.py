"""The lookup ``any_of``: like ``in`` for whole numbers and texts, with the whole list as one parameter.

A block's 250 ids cost Django and psycopg more to write out one by one than PostgreSQL needs to find the rows.
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

    def get_prep_lookup(self) -> Ids | list[str]:
        if isinstance(self.rhs, Ids):
            return self.rhs
        values = list(self.rhs)
        return values if values and isinstance(values[0], str) else Ids(values)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        if isinstance(self.rhs, Ids):
            return f"{column} = ANY(%s::bigint[])", [*parameters, f"{{{self.rhs.text}}}"]
        return f"{column} = ANY(%s::text[])", [*parameters, self.rhs]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        listed = f"[{self.rhs.text}]" if isinstance(self.rhs, Ids) else json.dumps(self.rhs)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, listed]
