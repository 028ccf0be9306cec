"""manage.py worker: the background workers of this host, under watch."""

from typing import Any

from django.core.management.base import CommandParser

from cases.management.command import PortalCommand
from cases.supervise import LOOK_EVERY, Supervisor

PATIENCE_SECONDS = 45


class Command(PortalCommand):
    help = "Starter baggrundsprocesserne og holder øje med dem: dør eller hænger de, startes de igen. SIGTERM stopper."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--patience", type=float, default=PATIENCE_SECONDS, help="sekunder, arbejde må vente, mens ingen arbejder"
        )
        parser.add_argument("--look-every", type=float, default=LOOK_EVERY, help="sekunder mellem to eftersyn")

    def act(self, **options: Any) -> int:
        Supervisor(options["patience"], options["look_every"]).run()
        return 0
