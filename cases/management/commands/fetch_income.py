"""manage.py fetch_income 2026-11: look the due cases up in eIndkomst."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from cases.fetch_income import fetch_income
from cases.integrations.eindkomst import WRAPPERS
from cases.integrations.eindkomst.client import EIndkomstClient
from cases.management.command import PortalCommand, month
from cases.refused import Refused


class Command(PortalCommand):
    help = "Slår månedens borgere op i eIndkomst. 0: alt hentet, 1: noget fejlede, 2: opslaget kunne ikke begynde."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=month, help="tilskudsmåneden, fx 2026-11")
        parser.add_argument("--municipality", metavar="KODE")
        parser.add_argument("--url", default=settings.EINDKOMST_URL, help="adressen; ellers FLEKSLON_EINDKOMST_URL")
        parser.add_argument("--wrapper", choices=WRAPPERS, default=WRAPPERS[0])
        parser.add_argument("--months", type=int, default=3, help="antal udbetalingsmåneder tilbage")

    def act(self, **options: Any) -> int:
        if not options["url"]:
            raise Refused("Angiv adressen med --url eller FLEKSLON_EINDKOMST_URL. Prøveserver: stub_eindkomst MAPPE.")
        municipality = self.municipality(options["municipality"])
        client = EIndkomstClient(options["url"], options["wrapper"])
        result = fetch_income(municipality, options["month"], client, self.system(), timezone.now(), options["months"])
        for one in result.left_out:
            self.stdout.write(f"Ikke slået op: {one.number}, {one.reason}")
        for fault in result.faults:
            self.stderr.write(fault)
        self.stdout.write(
            f"{result.asked} borgere slået op, {len(result.left_out)} ikke slået op, "
            f"{result.new_reports} nye indberetninger, {len(result.faults)} fejl."
        )
        return 1 if result.faults else 0
