"""Issued once, frozen, drawn, sent: nobody gets two letters, and a year later the letter says the same."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cases import letter_jobs, pdf
from cases.draw_letters import Tampered, content_of, draw, draw_letters
from cases.guards import guards_lifted
from cases.integrations.digital_post import HttpDigitalPost, Unavailable
from cases.integrations.digital_post_stub import StubPost
from cases.integrations.memo import Memo
from cases.issue_specifications import issue, issue_block, left_behind, progress
from cases.letter_checks import letters_differ
from cases.letters import Draft, write_letter
from cases.models import (
    AccessLog,
    Adjustment,
    AdjustmentChoice,
    Citizen,
    Delivery,
    DeliveryState,
    Employer,
    IssuedDocument,
    IssuedFile,
    LetterKind,
    Municipality,
    Payment,
    PaymentBatch,
    PaymentStatus,
    Process,
    Role,
    Settlement,
    User,
)
from cases.refused import Refused
from cases.send_post import BROKEN_OFF_AFTER, act_on, deliver, send_waiting, settle_broken_off
from cases.specification import as_text, context_for, figures
from cases.specification_known import Settled, known_for
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db

needs_pango = pytest.mark.skipif(not pdf.is_available(), reason="Pango er ikke installeret")
EVERY = (0, 2**62)


def released(*payments: Payment, number: int = 1) -> PaymentBatch:
    """A batch that a person has let go, with these payments."""
    of = payments[0].municipality
    user = User.objects.system()
    batch = PaymentBatch.objects.create(
        municipality=of, number=number, pay_date=date(2026, 11, 30), state="released", prepared_at=s.NOW,
        prepared_by=user, released_at=s.NOW, released_by=user, count=len(payments),
        total=sum((one.payable_before_tax for one in payments), Decimal(0)),
    )  # fmt: skip
    with transaction.atomic():
        for payment in payments:
            moved(payment, batch)
    return batch


def moved(payment: Payment, batch: PaymentBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_payment SET status = %s, batch_id = %s WHERE id = %s",
            [PaymentStatus.RELEASED, batch.pk, payment.pk],
        )


def people(count: int = 3) -> list[Payment]:
    s.employers()
    of = s.municipality()
    of.cvr = "29189000"
    of.save()
    return [s.paid(s.grant(of, f"Åse Nr. {n}")).payment for n in range(count)]


def issued(count: int = 3) -> PaymentBatch:
    batch = released(*people(count))
    issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY)
    return batch


def drawn(count: int = 3) -> PaymentBatch:
    """Issued letters with a PDF of no particular look."""
    batch = issued(count)
    for document in IssuedDocument.objects.all():
        body = f"%PDF-1.7 {document.pk}".encode()
        IssuedFile.objects.create(document=document, body=body, sha256=hashlib.sha256(body).hexdigest(), made_at=s.NOW)
    return batch


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


# --- issuing ------------------------------------------------------------------------------------------------


def test_each_payment_let_go_gets_one_letter_however_often_it_is_issued() -> None:
    batch = issued()
    assert issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY) == []
    assert IssuedDocument.objects.count() == Delivery.objects.count() == 3
    assert set(Payment.objects.values_list("specification__title", flat=True)) == {
        "Dit fleksløntilskud for november 2026"
    }
    assert Delivery.objects.first().history.count() == 1


def test_nothing_is_issued_before_the_batch_is_released() -> None:
    batch = released(*people(1))
    PaymentBatch.objects.filter(pk=batch.pk).update(released_at=None)
    with pytest.raises(Refused, match="frigivet"):
        issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY)


def test_payments_outside_the_batch_and_held_ones_get_no_letter() -> None:
    first, held, other = people(3)
    batch = released(first, held)
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_payment SET status = 'held' WHERE id = %s", [held.pk])
    issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY)
    assert list(IssuedDocument.objects.values_list("payment_id", flat=True)) == [first.pk]
    assert other.batch_id is None


def test_the_queries_do_not_grow_with_the_letters(django_assert_max_num_queries: Any) -> None:
    batch = released(*people(12))
    with django_assert_max_num_queries(24):
        issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY)


def test_the_worker_gets_blocks_and_only_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr("cases.issue_specifications.async_task", lambda *a, **k: queued.append(a))
    monkeypatch.setattr("cases.issue_specifications.BLOCK", 2)
    monkeypatch.setattr("cases.issue_specifications.blocks_of.__defaults__", (2,))
    payments = people(3)
    batch = released(*payments)
    user = User.objects.system()
    assert issue(batch, user, s.NOW) == 3
    assert queued == [
        ("cases.letter_jobs.issue_block", batch.pk, user.pk, payments[0].pk, payments[1].pk, s.NOW.isoformat()),
        ("cases.letter_jobs.issue_block", batch.pk, user.pk, payments[2].pk, payments[2].pk, s.NOW.isoformat()),
    ]
    issue_block(batch.pk, user, s.NOW, *EVERY)
    queued.clear()
    assert issue(batch, user, s.NOW) == 0
    assert [one[0] for one in queued] == ["cases.letter_jobs.draw_letters", "cases.letter_jobs.draw_letters"]


def test_what_the_worker_lost_is_found_again() -> None:
    batch = released(*people(2))
    later = s.NOW + timedelta(hours=1)
    assert left_behind(later).batches == [batch]
    issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY)
    behind = left_behind(later)
    ids = sorted(IssuedDocument.objects.values_list("id", flat=True))
    assert (behind.batches, behind.blocks) == ([], [(ids[0], ids[-1])])
    assert left_behind(s.NOW).blocks == []


def test_the_letter_bears_the_day_it_was_issued() -> None:
    batch = released(*people(1))
    issue_block(batch.pk, User.objects.system(), s.NOW + timedelta(days=14), *EVERY)
    assert "26. november 2026" in IssuedDocument.objects.get().text


def test_the_nightly_check_finds_a_letter_that_was_changed() -> None:
    issued(2)
    assert list(letters_differ()) == []
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS guard_update_cases_issueddocument" + (
            " ON cases_issueddocument" if connection.vendor == "postgresql" else ""))  # fmt: skip
        cursor.execute("UPDATE cases_issueddocument SET sha256 = %s", ["0" * 64])
    assert len(list(letters_differ())) == 2


def test_progress_counts_what_is_issued_drawn_and_sent() -> None:
    batch = drawn()
    done = progress(batch)
    assert (done.total, done.issued, done.drawn, done.sent, done.share, done.is_done) == (3, 3, 3, 0, 100, True)


# --- the same a year later ----------------------------------------------------------------------------------


@needs_pango
def test_names_and_addresses_that_change_do_not_change_an_issued_letter() -> None:
    issued(1)
    document = IssuedDocument.objects.get()
    before, text = draw(document), document.text
    Citizen.objects.update(name="En Anden", address="Langt Væk 1")
    Municipality.objects.update(name="Storkommunen", unit="", phone="")
    Employer.objects.update(name="Ny Ejer A/S")
    User.objects.update(first_name="Ny", last_name="Medarbejder")
    again = IssuedDocument.objects.get()
    assert draw(again) == before
    assert as_text(content_of(again)) == text
    assert "Bager Jensen ApS" in text
    assert "Åse Nr. 0" in text


@needs_pango
def test_the_kept_pdf_is_the_frozen_content_and_is_drawn_once() -> None:
    issued(2)
    assert draw_letters(*EVERY, s.NOW) == 2
    assert draw_letters(*EVERY, s.NOW) == 0
    for file in IssuedFile.objects.select_related("document"):
        assert hashlib.sha256(bytes(file.body)).hexdigest() == file.sha256
        assert draw(file.document) == bytes(file.body)


def test_a_letter_changed_behind_our_back_is_not_shown(client: Client) -> None:
    issued(1)
    document = IssuedDocument.objects.get()
    document.context["citizen_name"] = "En Anden"
    with pytest.raises(Tampered, match="kontrolsum"):
        content_of(document)


def test_a_protected_address_is_nowhere_in_the_letter() -> None:
    payments = people(1)
    Citizen.objects.update(is_protected=True)
    batch = released(*payments)
    issue_block(batch.pk, User.objects.system(), s.NOW, *EVERY)
    document = IssuedDocument.objects.get()
    assert "Enghavevej" not in document.text + str(document.context)


# --- settled months -----------------------------------------------------------------------------------------


def settling(payment: Payment, *parts: tuple[int, str, str], reason: str = "income") -> Payment:
    """The payment as it would have been written with these (months back, settled now, whole difference)."""
    total = sum((Decimal(amount) for _, amount, _ in parts), Decimal(0))
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS guard_update_cases_payment" + (
            " ON cases_payment" if connection.vendor == "postgresql" else ""))  # fmt: skip
        cursor.execute(
            "UPDATE cases_payment SET adjustment = adjustment + %s, payable_before_tax = payable_before_tax + %s "
            "WHERE id = %s", [int(total * 100), int(total * 100), payment.pk],
        )  # fmt: skip
    user = User.objects.system()
    process = Process.objects.create(
        municipality=payment.municipality, grant=payment.grant, citizen=payment.citizen, kind="recalculation",
        state="done", event="Prøve",
        first_month=payment.benefit_month - 6, last_month=payment.benefit_month - 1, started_at=s.NOW, started_by=user,
    )  # fmt: skip
    for back, amount, whole in parts:
        adjustment = Adjustment.objects.create(
            municipality=payment.municipality, grant=payment.grant, process=process,
            benefit_month=payment.benefit_month - back, sequence=1, decision=payment.decision, old_subsidy=Decimal(0),
            new_subsidy=Decimal(0), difference=Decimal(whole), payable_difference=Decimal(whole), facts={}, rates={},
            parameters={}, steps=[], fingerprint="", rules_version="1", made_at=s.NOW, made_by=user, reason="Prøve",
        )  # fmt: skip
        Settlement.objects.create(adjustment=adjustment, payment=payment, amount=Decimal(amount))
        if reason:
            AdjustmentChoice.objects.create(
                adjustment=adjustment, reason=reason, settle_by="next", made_at=s.NOW, made_by=user
            )
    return Payment.objects.get(pk=payment.pk)


def test_settled_months_stand_with_month_amount_reason_and_rest() -> None:
    payment = settling(people(1)[0], (3, "-500", "-800"), (2, "120", "120"))
    letter = context_for(payment)
    rows = {line.text: line.amount for line in letter.lines}
    assert rows["Efterregulering for august 2026"] == Decimal(-500)
    assert rows["Efterregulering for september 2026"] == Decimal(120)
    assert rows["Til udbetaling før skat"] == payment.payable_before_tax
    text = " ".join(letter.changes)
    assert "Vi har modregnet 500 kr., som du har fået for meget for august 2026." in text
    assert "Grunden er: indtægten er ændret efter udbetalingen." in text
    assert "Der er 300 kr. tilbage" in text
    assert "Du får 120 kr., som du har fået for lidt for september 2026." in text
    assert figures(letter) <= set(re.findall(r"-?\d[\d.]*,\d\d", as_text(letter)))


def test_from_the_months_sum_to_the_payment_every_line_adds_up() -> None:
    payment = settling(people(1)[0], *((back, "-100", "-100") for back in range(6, 0, -1)))
    lines = context_for(payment).lines
    at = next(n for n, line in enumerate(lines) if line.text == "Dit fleksløntilskud")
    assert sum((line.amount or Decimal(0) for line in lines[at:-1]), Decimal(0)) == lines[-1].amount
    assert "Efterregulering for 3 andre måneder" in [line.text for line in lines]
    assert "Vi har efterreguleret 6 tidligere måneder med -600 kr. i alt." in context_for(payment).changes


def test_a_payment_that_is_settled_away_says_so() -> None:
    payment = people(1)[0]
    payment = settling(payment, (2, str(-payment.payable_before_tax), "-90000"))
    assert context_for(payment).headline.startswith(
        "Du får ikke udbetalt noget for november 2026, fordi vi har modregn"
    )
    assert context_for(payment).tax_sentence == ""


def test_last_months_settlement_stands_in_its_column_only() -> None:
    s.employers()
    case = s.grant(s.municipality())
    before = settling(s.paid(case, s.NOVEMBER - 1).payment, (3, "-500", "-500"))
    letter = context_for(s.paid(case).payment)
    line = next(line for line in letter.lines if line.text == "Kun sidste måned: Efterregulering")
    assert (line.amount, line.last) == (Decimal(0), Decimal(-500))
    assert letter.lines[-1].last == before.payable_before_tax


@needs_pango
def test_the_longest_letter_with_everything_settled_fits_one_page() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    s.employers()
    Employer.objects.bulk_create(
        [
            Employer(se_number=f"1000000{n}", name=f"Entreprenør- og Nedbrydningsselskabet nr. {n} af 1899 ApS")
            for n in range(8)
        ]
    )
    worst = s.worst(s.grant(s.municipality(), "Anne-Sofie Østergård-Kristiansen Møllegaard von Hohenstein-Lund"))[1]
    settled = tuple(
        Settled(worst.benefit_month - back, Decimal(-111), Decimal(-111), "Andet") for back in range(6, 0, -1)
    )
    payment = Payment(
        decision=worst, benefit_month=worst.benefit_month, sequence=1, adjustment=Decimal(-666),
        payable_before_tax=worst.payable_before_tax - 666, pay_date=date(2026, 11, 30),
    )  # fmt: skip
    known = known_for([worst])
    known.settled[payment.pk] = settled
    with pikepdf.open(io.BytesIO(pdf.specification_pdf(context_for(payment, draft=False, known=known)))) as found:
        assert len(found.pages) == 1


def test_known_for_many_is_the_same_as_for_each() -> None:
    payments = [settling(one, (2, "-50", "-70")) for one in people(3)]
    known = known_for([one.decision for one in payments], payments)
    assert [context_for(one, known=known) for one in payments] == [context_for(one) for one in payments]


# --- sending ------------------------------------------------------------------------------------------------


def send(stub: StubPost, now: Any = s.NOW) -> Any:
    return send_waiting(HttpDigitalPost(stub.url, timeout=5), User.objects.system(), now)


def test_letters_are_sent_once_and_those_not_signed_up_wait_for_paper() -> None:
    drawn()
    unsigned = Citizen.objects.first()
    with StubPost(not_signed_up=[unsigned.cpr]) as stub:
        assert send(stub) == {"sent": 2, "on_paper": 1}
        assert send(stub) == {}
    assert len(stub.received) == 2
    assert {memo.recipient_cpr for memo in stub.letters.values()} == set(
        Citizen.objects.exclude(pk=unsigned.pk).values_list("cpr", flat=True)
    )
    memo = next(iter(stub.letters.values()))
    assert [file.kind for file in memo.files] == ["application/pdf", "text/plain"]
    assert "Enghavevej" not in memo.label + memo.case_id


def test_a_letter_without_a_pdf_is_not_sent() -> None:
    issued(1)
    with StubPost() as stub:
        assert send(stub) == {}
    assert states() == {"waiting": 1}


def test_without_a_cvr_number_the_letter_fails_with_what_to_do() -> None:
    drawn(1)
    Municipality.objects.update(cvr="")
    with StubPost() as stub:
        assert send(stub) == {"failed": 1}
    assert "CVR-nummer mangler" in Delivery.objects.get().error


def test_a_worker_killed_while_sending_leaves_a_letter_that_is_not_sent_again_by_itself() -> None:
    drawn(2)

    class Killed(BaseException):
        pass

    with StubPost() as stub:
        post = HttpDigitalPost(stub.url, timeout=5)

        class Dying:
            def takes_digital_post(self, cpr: str) -> bool:
                return post.takes_digital_post(cpr)

            def send(self, memo: Memo, now: Any) -> None:
                post.send(memo, now)
                raise Killed

        with pytest.raises(Killed):
            send_waiting(Dying(), User.objects.system(), s.NOW)
        assert states() == {"sending": 1, "waiting": 1}
        assert send(stub, s.NOW + timedelta(minutes=1)) == {"sent": 1}
        assert states() == {"sending": 1, "sent": 1}
        assert send(stub, s.NOW + BROKEN_OFF_AFTER * 2) == {}
        assert states() == {"unknown": 1, "sent": 1}
    assert len(stub.received) == len(stub.letters) == 2


def test_a_try_is_counted_before_it_is_made_and_given_up_after_five() -> None:
    drawn(1)
    nowhere = HttpDigitalPost("http://127.0.0.1:9")
    for attempt in range(1, 6):
        with pytest.raises(Unavailable):
            send_waiting(nowhere, User.objects.system(), s.NOW)
        assert Delivery.objects.get().attempts == attempt
        assert states() == {"waiting": 1}
    send_waiting(nowhere, User.objects.system(), s.NOW)
    assert states() == {"failed": 1}
    assert "Opgivet efter 5 forsøg" in Delivery.objects.get().error


def test_a_service_that_is_down_stops_at_the_first_letter() -> None:
    drawn(3)
    with pytest.raises(Unavailable):
        send_waiting(HttpDigitalPost("http://127.0.0.1:9"), User.objects.system(), s.NOW)
    assert sum(Delivery.objects.values_list("attempts", flat=True)) == 1


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (500, "unknown"), (0, "unknown")])
def test_wrong_answers_end_where_a_person_sees_them(status: int, state: str) -> None:
    drawn(1)
    with StubPost(answer_with=lambda memo: (status, b"nej")) as stub:
        assert send(stub) == {state: 1}
        assert send(stub) == {}
    assert len(stub.received) == 1


def test_sent_again_by_a_person_it_is_the_same_message() -> None:
    drawn(1)
    user = User.objects.system()
    with StubPost() as stub:
        send(stub)
        Delivery.objects.update(state=DeliveryState.UNKNOWN)
        assert act_on(Delivery.objects.all(), "igen", user) == 1
        assert send(stub) == {"sent": 1}
    assert (len(stub.received), len(stub.letters)) == (2, 1)


def test_two_workers_do_not_take_the_same_letter() -> None:
    drawn(1)
    Delivery.objects.update(state=DeliveryState.SENDING, tried_at=s.NOW)
    with StubPost() as stub:
        post = HttpDigitalPost(stub.url)
        assert deliver(Delivery.objects.get().pk, post, User.objects.system(), s.NOW) == ""
    assert not stub.received
    assert settle_broken_off(User.objects.system(), s.NOW) == 0


def test_paper_is_put_in_the_post_by_a_person() -> None:
    drawn(1)
    user = User.objects.system()
    assert act_on(Delivery.objects.all(), "lagt-i-post", user) == 0
    act_on(Delivery.objects.all(), "papir", user)
    act_on(Delivery.objects.all(), "lagt-i-post", user)
    assert states() == {"printed": 1}
    assert [one.history_change_reason for one in Delivery.objects.get().history.order_by("history_id")] == [
        "Brevet er udstedt", "Send på papir", "Det er lagt i posten",
    ]  # fmt: skip
    with pytest.raises(Refused):
        act_on(Delivery.objects.all(), "noget-andet", user)


def test_the_job_draws_and_sends_where_digital_post_is_set_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.draw_letters.draw", lambda document: b"%PDF")
    payments = people(2)
    batch = released(*payments)
    with StubPost() as stub:
        settings.DIGITAL_POST_URL = stub.url
        letter_jobs.issue_block(batch.pk, User.objects.system().pk, *EVERY, s.NOW.isoformat())
        letter_jobs.issue_block(batch.pk, User.objects.system().pk, *EVERY, s.NOW.isoformat())
    assert states() == {"sent": 2}
    assert len(stub.received) == 2


def test_the_command_issues_draws_and_tells(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("cases.draw_letters.draw", lambda document: b"%PDF")
    released(*people(2))
    for _ in range(2):
        call_command("issue_specifications", "1", "--municipality", "0999")
        assert "2 breve, 2 lavet, 0 sendt" in capsys.readouterr().out
    assert IssuedFile.objects.count() == 2


# --- other letters ------------------------------------------------------------------------------------------


@needs_pango
def test_a_letter_of_a_case_is_issued_when_it_is_sent() -> None:
    grant = s.grant(s.municipality())
    user = s.user("aase", Role.CASEWORKER, of=grant.municipality)
    body = "Kære Åse\n\nSkriv til os senest fredag.\n\nVenlig hilsen\nYdelsescentret\nTelefon 99 99 99 99"
    letter = write_letter(grant, Draft(LetterKind.QUESTION, "citizen", "Vi mangler <oplysninger>", body), user, s.NOW)
    document = letter.document
    assert document.delivery.state == DeliveryState.WAITING
    assert "Skriv til os senest fredag." in document.text
    before = draw(document)
    Citizen.objects.update(name="En Anden")
    assert draw(IssuedDocument.objects.get()) == before


def test_a_letter_that_waits_is_issued_when_a_person_sends_it_and_one_to_an_employer_waits_for_a_person() -> None:
    from cases.letters import send as send_letter

    grant = s.grant(s.municipality())
    user = s.user("aase", Role.CASEWORKER, of=grant.municipality)
    draft = Draft(LetterKind.QUESTION, "employer", "Emne", "Tekst")
    letter = write_letter(grant, draft, user, s.NOW, send_now=False)
    assert not IssuedDocument.objects.exists()
    send_letter(letter, user, s.NOW)
    delivery = Delivery.objects.get()
    assert (delivery.state, "arbejdsgiveren" in delivery.error) == (DeliveryState.ON_PAPER, True)
    assert "Åse" not in str(delivery.document.context)


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def karen(client: Client) -> Client:
    client.force_login(s.user("karen", Role.COORDINATOR, of=s.municipality()))
    return client


def test_the_zip_holds_every_letter_and_each_citizen_is_logged(karen: Client) -> None:
    batch = drawn()
    answer = karen.get(reverse("letters_zip", args=[batch.pk]))
    body = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as found:
        assert found.testzip() is None
        assert len(found.namelist()) == 3
        assert all(name.startswith("udbetalingsspecifikation-0999-") for name in found.namelist())
        for citizen in Citizen.objects.all():
            assert citizen.cpr not in "".join(found.namelist())
    assert AccessLog.objects.count() == 3


def test_a_part_of_the_letters_is_no_zip(karen: Client) -> None:
    batch = issued()
    answer = karen.get(reverse("letters_zip", args=[batch.pk]), follow=True)
    assert "3 breve er ikke lavet endnu" in answer.content.decode()
    assert "0 af 3 breve er lavet" in answer.content.decode()


def test_the_outbox_shows_what_needs_a_person_and_does_it(karen: Client) -> None:
    drawn()
    Delivery.objects.filter(pk=Delivery.objects.first().pk).update(state="failed", error="Adressen findes ikke")
    page = karen.get(reverse("post")).content.decode()
    assert "Adressen findes ikke" in page
    assert 'Kræver handling <span class="quiet">1</span>' in page
    assert 'Venter <span class="quiet">2</span>' in page
    assert "Digital Post er ikke sat op" in page
    answer = karen.post(reverse("post_act"), {"handling": "papir", "alle": "1", "vis": ""}, follow=True)
    assert "Send på papir: 3 breve." in answer.content.decode()
    names = b"".join(karen.get(reverse("paper_zip")).streaming_content)
    assert zipfile.ZipFile(io.BytesIO(names)).testzip() is None


def test_an_issued_letter_is_shown_as_it_was_issued_and_logged(karen: Client) -> None:
    drawn(1)
    Citizen.objects.update(name="En Anden")
    document = IssuedDocument.objects.get()
    page = karen.get(reverse("document", args=[document.pk])).content.decode()
    assert "Åse Nr. 0" in page
    assert "Udkast" not in page
    assert karen.get(reverse("document_text", args=[document.pk])).content.decode() == document.text
    assert karen.get(reverse("document_pdf", args=[document.pk])).content == f"%PDF-1.7 {document.pk}".encode()
    assert AccessLog.objects.count() == 3
    payment = karen.get(reverse("payment", args=[document.payment_id])).content.decode()
    assert "Åse Nr. 0" in payment
    assert "er udstedt" in payment


def test_the_case_shows_how_each_letter_fared(karen: Client) -> None:
    drawn(1)
    Delivery.objects.update(state="on_paper", error="Borgeren er ikke tilmeldt Digital Post")
    grant = Payment.objects.get().grant
    page = karen.get(reverse("case", args=[grant.pk]), {"fane": "breve"}).content.decode()
    assert "Skal sendes på papir" in page
    assert "Borgeren er ikke tilmeldt Digital Post" in page


def test_another_municipality_sees_no_letter(client: Client) -> None:
    batch = drawn(1)
    document = IssuedDocument.objects.get()
    client.force_login(s.user("niels", Role.COORDINATOR, of=s.municipality("0998", "Anden Kommune")))
    for name, pk in (
        ("document", document.pk), ("document_pdf", document.pk), ("document_text", document.pk),
        ("batch_letters", batch.pk), ("letters_progress", batch.pk), ("letters_zip", batch.pk),
    ):  # fmt: skip
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.post(reverse("start_letters", args=[batch.pk])).status_code == 404
    client.post(reverse("post_act"), {"handling": "papir", "alle": "1"})
    client.post(reverse("post_act"), {"handling": "papir", "brev": str(Delivery.objects.get().pk)})
    assert states() == {"waiting": 1}
    assert not AccessLog.objects.exists()
    assert "Åse" not in client.get(reverse("post"), {"vis": "venter"}).content.decode()


def test_an_auditor_reads_and_does_nothing(client: Client) -> None:
    batch = drawn(1)
    client.force_login(s.user("rikke", Role.AUDITOR, of=s.municipality()))
    assert client.get(reverse("post")).status_code == 200
    assert client.post(reverse("post_act"), {"handling": "papir", "alle": "1"}).status_code == 403
    assert client.post(reverse("start_letters", args=[batch.pk])).status_code == 403
