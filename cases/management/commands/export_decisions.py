"""manage.py export_decisions 2026-11: approved incomes and decisions, for a municipality that pays from KY."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cases.access import log_many
from cases.export_decisions import as_csv, as_json, exported
from cases.management.command import PortalCommand, month


class Command(PortalCommand):
    help = "Skriver en måneds godkendte indtægter og afgørelser for hver borger som CSV eller JSON på standard ud."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=month, metavar="ÅÅÅÅ-MM")
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--json", action="store_true", help="JSON i stedet for CSV")

    def act(self, **options: Any) -> int:
        municipality, now = self.municipality(options["municipality"]), timezone.now()
        people = exported(municipality, options["month"])
        log_many(self.system(), (one.citizen.pk for one in people), "Eksport af indtægter og afgørelser", now=now)
        text = as_json(municipality, options["month"], people, now) if options["json"] else as_csv(municipality, people)
        self.stdout.write(text, ending="")
        self.stderr.write(f"{len(people)} borgere i {options['month']}.")
        return 0
