"""manage.py apply_retention --by karen: delete what the municipality's own periods say has been kept long enough."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.management.command import PortalCommand
from cases.models import RetentionKind, User
from cases.refused import Refused
from cases.retention import apply, try_out
from cases.templatetags.danish import day_name


def day(text: str) -> date:
    """An argument like 2031-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' er ikke en dato som 2031-01-31") from None


class Command(PortalCommand):
    help = "Sletter det, kommunens egne slettefrister siger er gemt længe nok. Uden en frist slettes intet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--dry-run", action="store_true", help="vis, hvad der ville blive slettet, og slet intet")
        parser.add_argument("--as-of", type=day, metavar="DATO", help="regn fristerne fra denne dag (ellers i dag)")
        parser.add_argument("--by", metavar="BRUGER", help="hvem der har besluttet sletningen; skal med for at slette")

    def act(self, **options: Any) -> int:
        municipality = self.municipality(options["municipality"])
        now = timezone.now()
        as_of = options["as_of"] or timezone.localdate(now)
        if options["dry_run"]:
            self._show(list(try_out(municipality, as_of)))
            return 0
        user = User.objects.filter(username=options["by"] or "", is_active=True).first()
        if user is None:
            raise Refused("Skriv med --by, hvilken bruger der har besluttet sletningen. Eller prøv med --dry-run.")
        logs = apply(municipality, as_of, user, now)
        for log in logs:
            rows = sum(log.rows.values())
            self.stdout.write(f"{log}: {log.subjects} slettet, {rows} rækker. Kontrolsum {log.sha256}.")
        if not logs:
            self.stdout.write("Intet er slettet: der er ikke noget, som har stået fristen ud.")
        return 0

    def _show(self, found: list[Any]) -> None:
        if not found:
            self.stdout.write("Kommunen har ingen slettefrister: intet ville blive slettet.")
        for one in found:
            kind = RetentionKind(one.kind).label
            rows = sum(one.rows.values())
            before = f"fra før {day_name(one.before)} ({one.years} år)"
            self.stdout.write(f"{kind} {before}: {one.subjects} ville blive slettet, {rows} rækker.")
            for table, count in one.rows.items():
                self.stdout.write(f"    {table}: {count}")
            for why, count in one.waiting.items():
                self.stdout.write(f"    {count} {why}")
