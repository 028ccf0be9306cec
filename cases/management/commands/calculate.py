"""manage.py calculate FILE|-: the calculator, JSON in and JSON out."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFault

from cases.integrations.reading import UnreadableFile, whole
from cases.models import NationalRates
from rules.calculator import calculate_document
from rules.rates import Rates

FILE_BYTES = 100 * 1024 * 1024


class Command(BaseCommand):
    help = "Beregner fleksløntilskud for en sag eller en liste af sager i JSON (- er standard ind)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="en fil med JSON, eller -")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        try:
            with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as source:
                data = whole(source, FILE_BYTES)
        except OSError as error:
            raise CommandError(f"{name} kan ikke åbnes: {error.strerror}", returncode=2) from None
        except UnreadableFile as error:
            raise CommandError(str(error), returncode=2) from None
        answer, code = calculate_document(data, _table())
        self.stdout.write(answer)
        if code:
            sys.exit(code)


def _table() -> list[Rates] | None:
    """The rates of the database; None (the published ones) where there is no database yet."""
    try:
        return [row.as_rates() for row in NationalRates.objects.in_force()] or None
    except DatabaseFault:
        return None
