"""The lookup ``any_of``: like ``in`` for whole numbers and texts, with the whole list as one parameter.

A block's 250 ids cost Django and psycopg more to write out one by one than PostgreSQL needs to find the rows.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models


@models.Field.register_lookup
@models.ForeignKey.register_lookup
class AnyOf(models.Lookup):
    """``filter(grant__any_of=ids)``: an array on PostgreSQL, a JSON list on SQLite. No ids: no rows."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[int] | list[str]:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: list[int] | list[str], connection: Any) -> tuple[str, list[Any]]:
        return "%s", [value]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        kind = "text" if self.rhs and isinstance(self.rhs[0], str) else "bigint"
        return f"{column} = ANY(%s::{kind}[])", [*parameters, self.rhs]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(self.rhs)]
