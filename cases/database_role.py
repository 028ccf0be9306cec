"""The rights of the program's own role on PostgreSQL: it works, and cannot lift the guards or delete the past."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import connection

from cases.guards import guarded_models
from cases.refused import Refused

ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def grants(role: str) -> Iterator[str]:
    """SQL for the owner of the tables to run after each migrate.

    UPDATE on the guarded tables is for the locks that seals need; the triggers refuse the change itself, and only
    the owner can take them off.
    """
    if not ROLE.fullmatch(role):
        raise Refused(f"'{role}' er ikke et rollenavn: små bogstaver, tal og understreg.")
    if connection.vendor != "postgresql":
        raise Refused("SQLite har ingen roller: den, der har filen, har alt. Brug PostgreSQL i drift.")
    guarded = {model._meta.db_table for model in guarded_models()}
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};"
    yield f"GRANT USAGE ON SCHEMA public TO {role};"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
    for table in sorted(connection.introspection.table_names()):
        rights = "SELECT, INSERT, UPDATE" + ("" if table in guarded else ", DELETE")
        yield f'GRANT {rights} ON "{table}" TO {role};'
