"""What our commands share: the user they act as, the municipality, months, and sentences instead of tracebacks."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.import_income import municipality_of
from cases.integrations.reading import UnreadableFile, whole
from cases.models import Municipality, User
from cases.refused import Refused
from rules.months import Month


def month(text: str) -> Month:
    """An argument like 2026-11."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def files_of(paths: Iterable[Path], *endings: str) -> list[Path]:
    """The files, and those with one of the endings in each folder that is named, by name (a drop folder)."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(one for one in path.iterdir() if one.suffix.casefold() in endings) if path.is_dir() else [path]
        found += inside
    return found


def bytes_of(path: Path, limit: int = 100 * 1024 * 1024) -> bytes:
    """The file's bytes, never more than ``limit`` in memory. Refused when it cannot be opened, is empty or larger."""
    try:
        with path.open("rb") as source:
            return whole(source, limit)
    except OSError as error:
        raise Refused(f"{path}: filen kan ikke åbnes ({error.strerror}).") from None
    except UnreadableFile as error:
        raise Refused(f"{path}: {error}") from None


class PortalCommand(BaseCommand):
    """Turns a refusal into one sentence on stderr and the exit code 2; ``act`` gives the exit code."""

    refused_code = 2

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self.act(**options)
        except Refused as error:
            raise CommandError(str(error), returncode=self.refused_code) from None
        if code:
            sys.exit(code)

    def act(self, **options: Any) -> int:
        raise NotImplementedError

    def system(self) -> User:
        return User.objects.system()

    def municipality(self, code: str | None) -> Municipality:
        """The municipality with the code; without one, the only there is."""
        if code:
            return municipality_of(code)
        all_ = list(Municipality.objects.all()[:2])
        if len(all_) != 1:
            raise Refused("Angiv kommunen med --municipality KODE.")
        return all_[0]
