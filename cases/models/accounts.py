"""Users, their roles, and the municipalities they work for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

SYSTEM_USERNAME = "system"


class Role(models.TextChoices):
    CASEWORKER = "caseworker", "Sagsbehandler"
    COORDINATOR = "coordinator", "Fagkoordinator"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Revision"


READERS = (Role.CASEWORKER, Role.COORDINATOR, Role.AUDITOR)
WRITERS = (Role.CASEWORKER, Role.COORDINATOR)


class Municipality(models.Model):
    """A municipality (kommune): the owner of everything else."""

    code = models.CharField("kommunekode", max_length=4, unique=True)
    name = models.CharField("navn", max_length=80)
    cvr = models.CharField("CVR-nummer", max_length=8, blank=True)
    se_number = models.CharField("SE-nummer", max_length=8, blank=True, help_text="Bruges i opslag i eIndkomst.")
    address = models.CharField("adresse", max_length=160, blank=True)
    unit = models.CharField("afdeling", max_length=80, blank=True, help_text="Står på breve til borgeren.")
    phone = models.CharField("telefon", max_length=20, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "kommune"
        verbose_name_plural = "kommuner"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PortalUserManager(UserManager):
    def system(self) -> User:
        """The user that automatic acts are written under."""
        return self.get(username=SYSTEM_USERNAME)


class User(AbstractUser):
    """A person who signs in. Users are deactivated, never deleted: history points at them."""

    external_id = models.CharField(
        "id hos kommunens login", max_length=200, unique=True, null=True, blank=True, editable=False
    )
    own_cpr = models.CharField(
        "eget CPR-nummer",
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^\d{10}$", "Skriv ti cifre.")],
        help_text="Så opslag på en selv kan ses i opslagsloggen. Vises ikke andre steder.",
    )
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    objects = PortalUserManager()

    class Meta:
        verbose_name = "bruger"
        verbose_name_plural = "brugere"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def _roles(self) -> list[tuple[int | None, str]]:
        return list(self.memberships.values_list("municipality_id", "role"))

    def municipality_ids(self, *roles: Role) -> list[int]:
        """Municipalities where the user has one of the roles; none given means the roles that read cases."""
        wanted: Iterable[str] = roles or READERS
        return sorted({id_ for id_, role in self._roles if id_ is not None and role in wanted})

    def has_role(self, *roles: Role) -> bool:
        return any(role in roles for _, role in self._roles)

    @property
    def reads_cases(self) -> bool:
        return self.has_role(*READERS)

    @property
    def writes_cases(self) -> bool:
        return self.has_role(*WRITERS)

    @property
    def is_national(self) -> bool:
        """An administrator of no single municipality: the only one who may enter national rates."""
        return any(id_ is None and role == Role.ADMINISTRATOR for id_, role in self._roles)

    @property
    def may_open_admin(self) -> bool:
        return self.is_superuser or self.has_role(Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR)


class Membership(models.Model):
    """What a user may do, and where. No municipality: an administrator of the whole installation."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="bruger")
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="kommune"
    )
    role = models.CharField("rolle", max_length=20, choices=Role.choices)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "rolle"
        verbose_name_plural = "roller"
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality", "role"], name="one_membership"),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(municipality=None),
                name="one_membership_of_the_country",
                violation_error_message="Brugeren har allerede rollen uden kommune.",
            ),
            models.CheckConstraint(
                condition=models.Q(municipality__isnull=False) | models.Q(role=Role.ADMINISTRATOR),
                name="only_administrators_without_municipality",
                violation_error_message="Kun en administrator kan være uden kommune.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
