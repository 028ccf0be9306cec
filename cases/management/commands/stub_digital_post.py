"""``manage.py stub_digital_post``: a local Digital Post that takes letters and sends none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.integrations.digital_post_stub import StubPost


class Command(BaseCommand):
    help = "Starter en lokal prøveudgave af Digital Post. Den tager imod breve og sender ingen."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8091, help="0 tager en ledig port")
        parser.add_argument("--folder", type=Path, help="gem hver modtaget besked (MeMo) i mappen")
        parser.add_argument("--not-signed-up", type=Path, help="fil med CPR-numre, der ikke er tilmeldt, et pr. linje")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path | None = options["folder"]
        if folder is not None and not folder.is_dir():
            raise CommandError(f"Mappen {folder} findes ikke. Lav den, eller angiv en anden.")
        try:
            numbers = options["not_signed_up"].read_text().split() if options["not_signed_up"] else []
            server = StubPost(numbers, options["host"], options["port"], folder)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Digital Post (prøveserver) svarer på {server.url}. Ctrl-C stopper.")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write(f"Stoppet. {len(server.letters)} breve modtaget.")
