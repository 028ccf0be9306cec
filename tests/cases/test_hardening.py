"""Bad files, too large requests, and the settings a real installation starts with."""

from __future__ import annotations

import io
import json
import logging
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cases.integrations.reading import UnreadableFile, whole
from cases.models import Citizen, Role
from fleksløn.logs import LineFormatter
from tests import vulnerabilities
from tests.cases.builders import CPR, answer, cpr, make_case, make_municipality, make_user, ordinary

ROOT = Path(__file__).resolve().parents[2]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [{}]><x>{}</x>'


def zipped() -> bytes:
    """Ten megabytes of nothing in a few kilobytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("svar.xml", b"\0" * 10_000_000)
    return made.getvalue()


BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "nul": lambda: b"\0" * 4096,
    "noise": lambda: random.Random(7).randbytes(20_000),
    "half a letter": lambda: "Åse Ærlig".encode()[:-1] + b"\xc3",
    "utf-16": lambda: "<a>Åse</a>;[{}]".encode("utf-16"),
    "laughs": lambda: DOCTYPE.format(LAUGHS, "&l9;").encode(),
    "an entity from a file": lambda: DOCTYPE.format('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;").encode(),
    "an entity from the net": lambda: DOCTYPE.format('<!ENTITY f SYSTEM "http://127.0.0.1:9/x">', "&f;").encode(),
    "deep xml": lambda: b"<a>" * 200_000,
    "deep json": lambda: b"[" * 200_000,
    "a huge number": lambda: b"[" + b"9" * 20_000 + b"]",
    "another json": lambda: json.dumps({"a": [None, 1e400, {"b": "\u0000"}]}).encode(),
    "a long line": lambda: b"cpr;navn\n" + b"x" * 3_000_000,
    "a bomb": zipped,
}
COMMANDS = ("import_income", "import_events", "import_holiday_pay", "import_control_lines", "import_cases", "calculate")
SAVES = {"import_cases": ("--save",)}


def counted() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in apps.get_app_config("cases").get_models()}


def code_and_words(name: str, path: Path, capsys: Any) -> tuple[int, str]:
    code = 0
    try:
        call_command(name, str(path), *SAVES.get(name, ()))
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    except CommandError as error:
        code, said = error.returncode, str(error)
        return code, said
    out = capsys.readouterr()
    return code, out.out + out.err


@pytest.mark.django_db
@pytest.mark.parametrize("name", COMMANDS)
def test_a_bad_file_gives_a_sentence_and_nothing_is_kept(name: str, tmp_path: Path, capsys: Any) -> None:
    make_case(make_municipality())
    before = {**counted(), "IncomeFile": 0}
    for kind, make in BAD.items():
        path = tmp_path / f"{name}.fil"
        path.write_bytes(make())
        code, said = code_and_words(name, path, capsys)
        assert code in (1, 2), f"{name} took {kind}"
        assert said.strip(), f"{name} said nothing about {kind}"
        assert "Traceback" not in said
        assert "root:" not in said
    assert {**counted(), "IncomeFile": 0} == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", [one for one in COMMANDS if one != "import_income"])
def test_a_hundred_megabytes_are_refused_without_being_held(name: str, tmp_path: Path, capsys: Any) -> None:
    make_municipality()
    path = tmp_path / "stor.fil"
    with path.open("wb") as file:
        file.truncate(101 * 1024 * 1024)
    code, said = code_and_words(name, path, capsys)
    assert code == 2
    assert "MB og er afvist" in said


def test_no_more_than_the_limit_is_ever_read() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 1024 * 1024
            self.given += size
            return b"x" * size

    source = Endless()
    with pytest.raises(UnreadableFile, match="over 2 MB"):
        whole(source, 2 * 1024 * 1024)
    assert source.given == 2 * 1024 * 1024 + 1


@pytest.mark.django_db
def test_another_municipalitys_citizen_in_a_file_is_not_touched(tmp_path: Path, capsys: Any) -> None:
    home, away = make_municipality("0999"), make_municipality("0998")
    make_case(home), make_case(away, 1)
    path = tmp_path / "svar.xml"
    path.write_bytes(answer((CPR, ordinary()), (cpr(1), ordinary())))
    call_command("import_income", str(path), municipality="0998")
    capsys.readouterr()
    assert not Citizen.objects.get(cpr=CPR).reports.exists()
    assert Citizen.objects.get(cpr=cpr(1)).reports.exists()


# --- requests -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_too_large_is_refused_before_it_is_read(settings: Any) -> None:
    client = Client()
    client.force_login(make_user("aase", Role.CASEWORKER, make_municipality()))
    settings.FILE_LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        page = client.post(reverse("search"), "x" * 2000, content_type=kind)
        assert page.status_code == 413
        assert "Det sendte er for stort" in page.content.decode()
    assert client.post(reverse("search"), {"words": "Åse"}).status_code == 200


@pytest.mark.django_db
def test_what_cannot_be_read_gets_a_danish_page() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("aase", Role.CASEWORKER, make_municipality()))
    page = client.get(reverse("runs"), headers={"host": "ond.example"})
    assert page.status_code == 400
    assert "Forespørgslen kan ikke læses" in page.content.decode()
    many = {f"f{n}": "x" for n in range(1500)}
    assert client.post(reverse("search"), many).status_code == 400
    for nul in ("%00", "%F0%28%8C%28", "%2e%2e%2f"):
        assert client.get(f"/sager/{nul}/").status_code in (400, 404)
    assert client.post(reverse("search"), {"words": "Å\x00se"}).status_code in (200, 400)


# --- logs ---------------------------------------------------------------------------------------------------


def test_no_cpr_number_gets_into_the_log() -> None:
    line = LineFormatter("{message}", style="{")
    try:
        raise ValueError(f"Key (cpr)=({CPR}) already exists.")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "Fejl om %s og 170478-1236", (CPR,), sys.exc_info())
    written = line.format(record)
    assert "1236" not in written
    assert written.count("[CPR]") == 3
    assert "123456789012" in line.format(logging.LogRecord("x", 20, "f", 1, "job 123456789012", (), None))


# --- a real installation ------------------------------------------------------------------------------------


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    real = {
        "FLEKSLON_ENV": "production", "FLEKSLON_SECRET_KEY": "".join(map(chr, range(48, 122))),
        "FLEKSLON_HOSTS": "fleks.kommune.example",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**os.environ, **real, **environment},
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_real_installation_passes_djangos_own_check(tmp_path: Path) -> None:
    done = started("check", "--deploy", "--fail-level", "WARNING", FLEKSLON_LOCAL=str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"FLEKSLON_SECRET_KEY": "demo-key-for-invented-citizens-only-never-in-production"},
        {"FLEKSLON_SECRET_KEY": "kort"},
        {"FLEKSLON_DEBUG": "1"},
    ],
)
def test_a_real_installation_refuses_the_demos_settings(wrong: dict[str, str], tmp_path: Path) -> None:
    done = started("check", FLEKSLON_LOCAL=str(tmp_path), **wrong)
    assert done.returncode != 0
    assert "I drift skal" in done.stderr


@pytest.mark.django_db
def test_the_demo_is_never_made_in_a_real_installation(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="aldrig i drift"):
        call_command("demo", "--no-serve")


# --- the libraries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said", "expected", "word"),
    [
        (0, "No known vulnerabilities found", vulnerabilities.CLEAN, "Ingen kendte"),
        (1, "Found 2 known vulnerabilities in 1 package", vulnerabilities.FOUND, "Opdatér"),
        (1, "ConnectionError: Max retries exceeded", vulnerabilities.NOT_ASKED, "kunne ikke spørges"),
        (1, "something quite new", vulnerabilities.NOT_ASKED, "Intet er kontrolleret"),
    ],
)
def test_a_silent_database_is_no_clean_bill(code: int, said: str, expected: int, word: str) -> None:
    got, sentence = vulnerabilities.verdict(code, said)
    assert got == expected
    assert word in sentence
