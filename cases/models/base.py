"""What all rows share: one scoping method, and tables that only grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import PermissionDenied
from django.db import models

if TYPE_CHECKING:
    from cases.models.accounts import Role, User


class ScopedQuerySet(models.QuerySet):
    """Every query on personal data starts here: a municipality never sees another's citizens."""

    def visible_to(self, user: User, *roles: Role) -> Self:
        """Rows of the municipalities where the user has one of the roles (default: all that read cases)."""
        return self.filter(**{f"{self.model.municipality_path}__in": user.municipality_ids(*roles)})

    def of(self, municipality: Any) -> Self:
        return self.filter(**{self.model.municipality_path: municipality})


class PastIsFixed(PermissionDenied):
    """Somebody tried to change or delete a row of an append-only table."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} kan ikke ændres eller slettes. Lav en ny række i stedet.")


class InsertOnlyQuerySet(ScopedQuerySet):
    def update(self, **_: Any) -> int:
        raise PastIsFixed(self.model._meta.verbose_name.capitalize())

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PastIsFixed(self.model._meta.verbose_name.capitalize())

    def bulk_update(self, *_: Any, **__: Any) -> int:
        raise PastIsFixed(self.model._meta.verbose_name.capitalize())


class ScopedModel(models.Model):
    """A row that belongs to a municipality through ``municipality_path``."""

    municipality_path = "municipality"

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Along:
    """The column moves along these steps only: new value -> the values it is reached from."""

    moves: Mapping[str, tuple[str, ...]] = field(hash=False)


@dataclass(frozen=True)
class While:
    """The column may change as long as another column has one of these values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Once:
    """The column is filled in once, and stays."""


class InsertOnlyModel(models.Model):
    """A row that is written once. Triggers in the database refuse UPDATE and DELETE as well (cases.guards)."""

    municipality_path = "municipality"
    guarded = True
    movable: Mapping[str, Along | While | Once] = {}
    """Fields that may move forward after the insert (a payment's status), and how: the database sees to it."""
    kept_for_ever = False
    """Whether not even the retention's door lets a row out (cases.retention)."""

    objects = InsertOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding is False:
            raise PastIsFixed(self._meta.verbose_name.capitalize())
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PastIsFixed(self._meta.verbose_name.capitalize())
