"""``manage.py stub_eindkomst FOLDER``: a local eIndkomst that answers from a folder of answer files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.integrations.eindkomst import UnreadableAnswer
from cases.integrations.eindkomst_stub import Register, StubServer


class Command(BaseCommand):
    help = "Starter en lokal prøveudgave af eIndkomst, som svarer ud fra en mappe med svarfiler."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="mappe med svarfiler (.xml), den ene eller den anden svarform")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8090, help="0 tager en ledig port")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"Mappen {folder} findes ikke. Lav den, eller angiv en anden.")
        try:
            register = Register.of_folder(folder)
            server = StubServer(register, options["host"], options["port"])
        except (UnreadableAnswer, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"eIndkomst (prøveserver) svarer på {server.url} om {len(register)} personer. Ctrl-C stopper."
        )
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stoppet.")
