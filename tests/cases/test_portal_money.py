"""Udbetalinger in the portal: the lists, the acts on one payment, the answer and the export; who may do what."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.consistency import faults
from cases.integrations.posting_status import FailedPosting, write_status
from cases.integrations.reading import UnreadableFile
from cases.integrations.ydelsesindeks import read_index
from cases.models import (
    AccessLog,
    Citizen,
    Decision,
    Municipality,
    Payment,
    PaymentBatch,
    PaymentSettings,
    PaymentStatus,
    Role,
)
from cases.release_payments import prepare_batch, release_batch, suggested_day
from tests.cases.builders import give, make_case, make_municipality, make_user, ordinary, pays, run
from tests.cases.payment_file_reader import persons_and_oere
from tests.cases.test_portal_pages import signed_in

pytestmark = pytest.mark.django_db

CASES = 3


@pytest.fixture
def home() -> Municipality:
    home = make_municipality()
    for number in range(CASES):
        give(make_case(home, number), ordinary())
    run(home)
    pays(home)
    return home


@pytest.fixture
def bo(home: Municipality) -> Client:
    return signed_in("bo", Role.CASEWORKER, home)


@pytest.fixture
def karen(home: Municipality) -> Client:
    return signed_in("karen", Role.COORDINATOR, home)


def day() -> str:
    """A bank day that is not too close, whenever the test is run."""
    return f"{suggested_day(Municipality.objects.get(code='0999'), timezone.localdate()):%d.%m.%Y}"


def post(client: Client, name: str, *args: Any, **data: Any) -> str:
    return client.post(reverse(name, args=args), data, follow=True).content.decode()


def prepared(client: Client) -> PaymentBatch:
    post(client, "prepare_batch", kommune="0999", pay_date=day())
    return PaymentBatch.objects.latest("id")


def released(bo: Client, karen: Client) -> PaymentBatch:
    batch = prepared(bo)
    post(karen, "batch_act", batch.pk, act="frigiv")
    batch.refresh_from_db()
    return batch


def test_from_udbetalinger_to_a_posted_list(home: Municipality, bo: Client, karen: Client) -> None:
    assert reverse("batches") in bo.get(reverse("payments")).content.decode()
    assert "<b>3</b> godkendte udbetalinger" in bo.get(reverse("batches")).content.decode()
    batch = prepared(bo)
    page = bo.get(reverse("batch", args=[batch.pk])).content.decode()
    assert "Listen og filen stemmer: samme antal og samme beløb." in page
    assert "En fagkoordinator skal frigive listen." in page
    assert 'value="frigiv"' not in page
    assert "En fagkoordinator skal frigive listen." in post(bo, "batch_act", batch.pk, act="frigiv")
    assert "er frigivet. Hent filen" in post(karen, "batch_act", batch.pk, act="frigiv")
    assert "Intet er udbetalt to gange" in post(karen, "batch_act", batch.pk, act="frigiv")
    file = karen.get(reverse("payment_file", args=[batch.pk]))
    assert persons_and_oere(file.content).total() == CASES
    assert "Citizen" not in file["Content-Disposition"]
    assert AccessLog.objects.filter(action="Udbetalingsfil hentet").count() == CASES
    assert len(read_index(karen.get(reverse("ydelsesindeks", args=[batch.pk])).content)) == CASES
    assert "er bogført" in post(karen, "batch_act", batch.pk, act="bogfoert")
    assert set(Payment.objects.values_list("status", flat=True)) == {PaymentStatus.POSTED}
    assert list(faults()) == []


def test_the_answer_is_read_on_the_page(home: Municipality, bo: Client, karen: Client) -> None:
    batch = released(bo, karen)
    payment = batch.payments.select_related("citizen").first()
    line = FailedPosting(
        1, "ANDEN", payment.citizen.cpr, payment.pk, int(payment.payable_before_tax), batch.pay_date, "RJ00",
        "Kontoen er lukket",
    )  # fmt: skip
    body = write_status([line])
    page = post(karen, "read_posting_status", kommune="0999", fil=SimpleUploadedFile("status.csv", body))
    assert "Filen er læst ind. Afvist: 1. Bogført: 2." in page
    assert "RJ00 Kontoen er lukket" in page
    assert payment.citizen.name in page
    again = post(karen, "read_posting_status", kommune="0999", fil=SimpleUploadedFile("status.csv", body))
    assert "Filen er allerede læst ind" in again
    assert "Afviste udbetalinger, der mangler at nå frem" in karen.get(reverse("batches")).content.decode()
    done = post(karen, "payment_act", payment.pk, act="repeat", reason="Ny konto")
    assert "Beløbet er sat til udbetaling igen" in done
    assert "Borgeren har fået brevet med den udbetaling, der blev afgjort." in done
    assert "mangler at nå frem" not in karen.get(reverse("batches")).content.decode()


@pytest.mark.parametrize("upload", [None, SimpleUploadedFile("s.csv", b"a;b"), SimpleUploadedFile("s.csv", b"")])
def test_a_bad_answer_is_told_in_danish(home: Municipality, karen: Client, upload: Any) -> None:
    data = {"fil": upload} if upload else {}
    page = post(karen, "read_posting_status", kommune="0999", **data)
    assert any(word in page for word in ("Vælg statusfilen", "Filen er ikke en statusfil", "Filen er tom"))


def test_one_payment_is_held_let_on_and_reversed(home: Municipality, bo: Client, karen: Client) -> None:
    payment = Payment.objects.first()
    address = reverse("payment", args=[payment.pk])
    assert "Hold udbetalingen tilbage" in bo.get(address).content.decode()
    assert "Skriv, hvorfor udbetalingen holdes tilbage." in post(bo, "payment_act", payment.pk, act="hold", reason="")
    assert "holdes tilbage og kommer ikke med" in post(bo, "payment_act", payment.pk, act="hold", reason="Flyttet?")
    assert "1 holdes tilbage" in bo.get(reverse("batches")).content.decode()
    assert "godkendt igen" in post(bo, "payment_act", payment.pk, act="let_on", reason="Bor her")
    batch = released(bo, karen)
    page = post(bo, "payment_act", payment.pk, act="reverse", reason="Forkert borger")
    assert "En tilbageførsel har ikke et brev." in page
    assert "-1" in page
    back = Payment.objects.get(reverses=payment)
    assert bo.get(reverse("specification_pdf", args=[back.pk])).status_code == 404
    assert "tilbageførsel" in bo.get(reverse("payments")).content.decode()
    assert bo.get(reverse("batch", args=[batch.pk])).status_code == 200
    assert bo.get(reverse("case", args=[payment.grant_id])).status_code == 200
    assert list(faults()) == []


def test_a_day_that_is_no_bank_day_is_told(home: Municipality, bo: Client) -> None:
    saturday = timezone.localdate() + timedelta(days=5 - timezone.localdate().weekday() + 7)
    page = post(bo, "prepare_batch", kommune="0999", pay_date=f"{saturday:%d.%m.%Y}")
    assert "er ikke en bankdag" in page
    assert "Skriv en dato som" in post(bo, "prepare_batch", kommune="0999", pay_date="på fredag")
    assert not PaymentBatch.objects.exists()


def test_without_settings_the_page_says_what_is_missing(home: Municipality, bo: Client) -> None:
    PaymentSettings.objects.all().delete()
    page = bo.get(reverse("batches")).content.decode()
    assert "har ingen udbetalingsindstillinger" in page
    assert "Gør listen klar" not in page


def test_the_coordinator_enters_the_numbers_with_a_reason(home: Municipality, karen: Client) -> None:
    address = reverse("admin:cases_paymentsettings_add")
    values = {
        "municipality": home.pk, "valid_from": "01.01.2027", "profile": "prisme_10q", "registration_place": "000",
        "org_unit": "0002", "machine_number": "7", "account": "12A", "four_eyes": "on", "note": "",
    }  # fmt: skip
    page = karen.post(address, values).content.decode()
    assert "Skriv kun cifre." in page
    karen.post(address, {**values, "account": "123", "note": "Nyt økonomisystem"})
    made = PaymentSettings.objects.get(org_unit="0002")
    assert made.history.get().history_change_reason == "Nyt økonomisystem"


def test_the_export_has_every_decided_citizen_and_its_incomes(home: Municipality, karen: Client, capsys: Any) -> None:
    page = karen.get(reverse("decision_export")).content.decode()
    assert "<b>3</b> borgere er afgjort" in page
    answer = karen.get(reverse("decision_export_file", args=["csv"]), {"kommune": "0999", "maaned": "2026-11"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    decisions = {row["cpr"]: row for row in rows if row["linje"] == "afgoerelse"}
    incomes = [row for row in rows if row["linje"] == "indkomst"]
    assert {row["cpr"] for row in incomes} == set(decisions) == set(Citizen.objects.values_list("cpr", flat=True))
    for decision in Decision.objects.select_related("grant__citizen"):
        row = decisions[decision.grant.citizen.cpr]
        assert (row["tilskud"], row["fingeraftryk"]) == (f"{decision.subsidy:.2f}", decision.fingerprint)
    assert {(row["beloeb"], row["indkomstmaaned"], row["behandling"]) for row in incomes} == {
        ("12000.00", "2026-10", "medtaget")
    }
    assert AccessLog.objects.filter(action="Eksport af indtægter og afgørelser").count() == CASES
    call_command("export_decisions", "2026-11", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [one["afgoerelse"]["tilskud"] for one in told["borgere"]] == [row["tilskud"] for row in decisions.values()]
    assert karen.get(reverse("decision_export_file", args=["exe"])).status_code == 404


def test_the_command_reads_an_answer(home: Municipality, tmp_path: Any, capsys: Any) -> None:
    first, second = make_user("bo", Role.CASEWORKER, home), make_user("karen", Role.COORDINATOR, home)
    now = timezone.now()
    batch = prepare_batch(home, suggested_day(home, timezone.localdate(now)), first, now)
    release_batch(batch, second, now)
    path = tmp_path / "status.csv"
    path.write_bytes(write_status([FailedPosting(1, "ANDEN", "0909091234", 0, 1, batch.pay_date, "RJ00", "Ukendt")]))
    with pytest.raises(SystemExit) as stopped:
        call_command("read_posting_status", str(path))
    assert stopped.value.code == 1
    assert "0 afvist, 3 bogført, 1 linjer uden udbetaling." in capsys.readouterr().out


def addresses(batch: PaymentBatch) -> list[str]:
    return [reverse(name, args=[batch.pk]) for name in ("batch", "payment_file", "ydelsesindeks")]


def test_another_municipality_sees_and_moves_nothing(home: Municipality, bo: Client, karen: Client) -> None:
    batch = released(bo, karen)
    line = FailedPosting(1, "ANDEN", "0909091234", 0, 1, batch.pay_date, "RJ00", "Ukendt")
    post(karen, "read_posting_status", kommune="0999", fil=SimpleUploadedFile("s.csv", write_status([line])))
    niels = signed_in("niels", Role.COORDINATOR, make_municipality("0998"))
    answer = reverse("posting_status", args=[home.posting_files.get().pk])
    for address in [*addresses(batch), answer]:
        assert niels.get(address).status_code == 404, address
    for name, pk in (("batch_act", batch.pk), ("payment_act", batch.payments.first().pk)):
        assert niels.post(reverse(name, args=[pk]), {"act": "bogfoert", "reason": "x"}).status_code == 404
    for name in ("batches", "decision_export"):
        assert niels.get(reverse(name), {"kommune": "0999"}).status_code == 403
    for name in ("prepare_batch", "read_posting_status"):
        assert niels.post(reverse(name), {"kommune": "0999", "pay_date": day()}).status_code == 403
    export = reverse("decision_export_file", args=["csv"])
    assert niels.get(export, {"kommune": "0999", "maaned": "2026-11"}).status_code == 403


def test_an_auditor_sees_the_lists_and_moves_nothing(home: Municipality, bo: Client, karen: Client) -> None:
    batch = released(bo, karen)
    rikke = signed_in("rikke", Role.AUDITOR, home)
    page = rikke.get(reverse("batch", args=[batch.pk])).content.decode()
    assert "Listen og filen stemmer" in page
    assert "<form" not in page.split("<main")[1]
    for address in addresses(batch)[1:]:
        assert rikke.get(address).status_code == 403
    for name, args in (
        ("prepare_batch", []), ("read_posting_status", []), ("batch_act", [batch.pk]),
        ("payment_act", [batch.payments.first().pk]),
    ):  # fmt: skip
        assert rikke.post(reverse(name, args=args), {"act": "bogfoert"}).status_code == 403
    assert rikke.get(reverse("admin:cases_paymentbatch_changelist")).status_code == 200


def test_lists_are_made_with_few_queries(
    home: Municipality, bo: Client, karen: Client, django_assert_max_num_queries: Any
) -> None:
    batch = prepared(bo)
    with django_assert_max_num_queries(22):
        bo.get(reverse("batch", args=[batch.pk]))
    for number in range(30, 42):
        give(make_case(home, number), ordinary())
    run(home)
    prepared(bo)
    with django_assert_max_num_queries(22):
        bo.get(reverse("batch", args=[batch.pk]))


def test_a_list_whose_kept_file_cannot_be_read_says_so(home: Municipality, bo: Client, monkeypatch: Any) -> None:
    batch = prepared(bo)

    def unreadable(*_: Any) -> None:
        raise UnreadableFile("Filen er tom.")

    monkeypatch.setattr("cases.presenters.batches.control", unreadable)
    page = bo.get(reverse("batch", args=[batch.pk])).content.decode()
    assert "Listen og filen stemmer ikke" in page
    assert "Filen er tom." in page
