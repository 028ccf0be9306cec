"""A new version may run beside the old one while it is rolled out: later migrations only add.

The first migration may be rewritten until the first release. What comes after it must be one of the operations below,
or lie in a migration that says in ``safe_because`` why the version before can live with it.
"""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterModelManagers,
    AlterModelOptions,
    CreateModel,
    RemoveField,
)
from django.db.migrations.operations.base import Operation

from cases.create_together import CreateTogether

ADDING = (CreateModel, AddIndex, AddConstraint, AlterModelManagers, AlterModelOptions)


def breaks_the_version_before(operation: Operation) -> bool:
    """Whether a program that does not know of it would fail to read or write."""
    if isinstance(operation, AddField):
        field = operation.field
        return not (field.null or field.has_db_default())
    return not isinstance(operation, ADDING)


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (AddField("x", "y", models.IntegerField(null=True)), False),
        (AddField("x", "y", models.IntegerField(db_default=0)), False),
        (AddField("x", "y", models.IntegerField(default=0)), True),
        (RemoveField("x", "y"), True),
        (AddIndex("x", models.Index(fields=["y"], name="z")), False),
    ],
)
def test_what_breaks(operation: Operation, breaks: bool) -> None:
    assert breaks_the_version_before(operation) is breaks


def test_every_later_migration_only_adds_or_says_why_it_is_safe() -> None:
    loader = MigrationLoader(None)
    later = [one for (app, name), one in loader.disk_migrations.items() if app == "cases" and name != "0001_initial"]
    faults = [
        f"{migration}: {operation.describe()}"
        for migration in later
        if not getattr(migration, "safe_because", "")
        for operation in migration.operations
        if breaks_the_version_before(operation)
    ]
    assert not faults


def test_the_first_migration_makes_its_tables_together() -> None:
    """Written by makemigrations it ends with ``operations = [CreateTogether(operations)]``."""
    first = MigrationLoader(None).disk_migrations["cases", "0001_initial"]
    assert [type(one) for one in first.operations] == [CreateTogether]


@pytest.mark.django_db
def test_the_engine_keeps_every_constraint_and_index_we_ask_for() -> None:
    """Django warns where an engine would leave one out, and goes on without it."""
    call_command("check", databases=["default"], fail_level="WARNING")
