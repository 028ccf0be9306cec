"""The letter: every figure, one page, accessible, the same a year later, and without Pango a sentence."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from cases import pdf
from cases.models import AccessLog, Decision, IssuedDocument, IssuedFile, Payment, PaymentStatus, Role
from cases.specification import DRAFT, as_text, context_for, context_of, figures
from cases.specification_changes import Side, changes, key_of
from rules.months import Month
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db

needs_pango = pytest.mark.skipif(not pdf.is_available(), reason="Pango er ikke installeret")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext er ikke installeret")


@pytest.fixture
def two_months() -> Decision:
    """Pay of 15.020 kr. in September, 9.300 kr. in October."""
    s.employers()
    case = s.grant(s.municipality())
    s.paid(case, s.NOVEMBER - 1, "15020")
    return s.paid(case)


@pytest.fixture
def worst() -> Decision:
    s.employers()
    return s.worst(s.grant(s.municipality(), "Anne-Sofie Østergård-Kristiansen Møllegaard"))[1]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))


def text_of(body: bytes) -> str:
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True)
    return plain(made.stdout.decode())


def test_the_amount_and_the_day_stand_in_one_sentence(two_months: Decision) -> None:
    letter = context_for(two_months.payment)
    assert letter.headline == "Du får 18.202 kr. på din NemKonto mandag den 30. november 2026."
    assert letter.mark == DRAFT
    assert context_for(two_months.payment, draft=False).mark == ""


def test_a_payment_that_waits_past_its_day_is_promised_for_the_next(
    two_months: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = date(2026, 12, 3)
    monkeypatch.setattr("cases.specification.localdate", lambda *at: localdate(*at) if at else later)
    promised = "Du får 18.202 kr. på din NemKonto onsdag den 30. december 2026."
    assert context_of(two_months).headline == promised
    payment = two_months.payment
    assert context_for(payment).headline == promised
    payment.status = PaymentStatus.RELEASED
    assert context_for(payment).headline.endswith("mandag den 30. november 2026.")


def test_the_lines_add_up_to_the_subsidy_and_to_the_payment(two_months: Decision, worst: Decision) -> None:
    for decision in (two_months, worst):
        lines = context_of(decision).lines
        at = next(n for n, line in enumerate(lines) if line.text == "Dit fleksløntilskud")
        for column in ("amount", "last"):
            before = [getattr(line, column) or Decimal(0) for line in lines[:at]]
            after = [getattr(line, column) or Decimal(0) for line in lines[at + 1 : -1]]
            assert sum(before) == getattr(lines[at], column)
            assert sum(before) + sum(after) == getattr(lines[-1], column)


def test_last_month_stands_beside_line_by_line(two_months: Decision) -> None:
    lines = {key_of(line.text): line for line in context_for(two_months.payment).lines}
    assert (lines["below"].amount, lines["below"].last) == (Decimal("-2898.15"), Decimal("-4614.15"))
    assert (lines["base"].amount, lines["base"].last) == (Decimal(21600), Decimal(21600))


def test_a_deduction_of_last_month_only_is_shown_too() -> None:
    case = s.grant(s.municipality())
    sick = s.Report(s.NOVEMBER - 2, s.BAKER, "benefit", "sickness_benefit", Decimal(700), treatment="include")
    before = s.save(case, s.facts(s.NOVEMBER - 1, *(s.wage(s.NOVEMBER - n, "9000") for n in (4, 3, 2)), sick,
                                  paid=("0", "0")))  # fmt: skip
    assert before.outcome == "paid"
    after = context_of(s.paid(case))
    line = next(line for line in after.lines if line.text.startswith("Kun sidste måned"))
    assert (line.amount, line.last) == (Decimal(0), Decimal(-700))
    assert any("Sygedagpenge" in sentence for sentence in after.changes)


def test_why_it_changed_says_income_and_kroner(two_months: Decision) -> None:
    text = " ".join(context_for(two_months.payment).changes)
    assert "Dit tilskud er 1.716 kr. højere end for oktober 2026." in text
    assert "9.660,50 kr. mod 15.380,50 kr." in text
    assert "1.716 kr. mere i tilskud" in text


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        (Side(s.NOVEMBER, Decimal(100)), None, "intet at sammenligne med"),
        (Side(s.NOVEMBER, Decimal(100)), Side(s.NOVEMBER - 1, Decimal(100)), "det samme som for oktober 2026"),
        (Side(s.NOVEMBER, Decimal(90)), Side(s.NOVEMBER - 1, Decimal(100)), "10 kr. lavere end for oktober 2026"),
    ],
)  # fmt: skip
def test_why_it_changed_when_little_is_known(now: Side, last: Side | None, expected: str) -> None:
    assert expected in " ".join(changes(now, last))


def test_new_rates_in_january_are_named() -> None:
    case = s.grant(s.municipality())
    s.paid(case, Month(2025, 12))
    letter = context_of(s.paid(case, Month(2026, 1)))
    assert any("Satserne er nye fra januar 2026" in sentence for sentence in letter.changes)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("-500", "0", "tilsammen højere end lønloftet på 25.000,00 kr."),
        ("-500", "-200", "nedsat med 500,00 kr. mod 200,00 kr. sidst"),
        ("0", "-200", "ikke længere højere end lønloftet"),
    ],
)
def test_the_ceiling_is_named_as_the_reason(now: str, before: str, words: str) -> None:
    def side(month: Month, cut: str) -> Side:
        step = ("Lønloftet på 25.000,00 kr. er overskredet", "LAB § 123, stk. 3", Decimal(cut))
        return Side(month, Decimal(1000) + Decimal(cut), steps=(step,), ceiling=Decimal(25000))

    sentences = changes(side(s.NOVEMBER, now), side(s.NOVEMBER - 1, before))
    assert any(words in sentence for sentence in sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize(
    ("now", "before", "words"), [(True, False, "ingen løn i oktober 2026"), (False, True, "Måneden før var")]
)
def test_a_month_without_wage_is_named_as_the_reason(now: bool, before: bool, words: str) -> None:
    def side(month: Month, without: bool) -> Side:
        step = ("Ingen løn i måneden: fleksløntilskud forudsætter, at der er løn", "LAB § 123", Decimal(-21600))
        rest = ("30 % af 9.000,00 kr. (indtægt op til 17.672,00 kr.)", "LAB § 123, stk. 2", Decimal(-2700))
        return Side(month, Decimal(0 if without else 18900), steps=(step if without else rest,))

    assert any(words in sentence for sentence in changes(side(s.NOVEMBER, now), side(s.NOVEMBER - 1, before)))


def test_never_more_than_three_sentences_of_reasons(worst: Decision) -> None:
    assert 1 <= len(context_of(worst).changes) <= 3


def test_incomes_stand_by_employer_as_reported(two_months: Decision) -> None:
    letter = context_for(two_months.payment)
    assert [(line.name, line.pay, line.pension, line.hours) for line in letter.incomes] == [
        ("Bager Jensen ApS", Decimal(9300), Decimal("360.50"), Decimal(60))
    ]
    assert letter.income == Decimal("9660.50")


def test_what_is_left_out_and_corrected_is_marked() -> None:
    s.employers()
    reports = [s.wage(s.NOVEMBER - n, "9000") for n in (3, 2)]
    reports += [
        s.wage(s.NOVEMBER - 1, "9000", treatment="correct"),
        s.wage(s.NOVEMBER - 1, "400", s.CAFE, treatment="leave_out"),
    ]
    letter = context_of(s.save(s.grant(s.municipality()), s.facts(s.NOVEMBER, *reports)))
    notes = {line.name: line.note for line in letter.incomes}
    assert notes == {"Bager Jensen ApS": "rettet af kommunen", "Café Ærø": "regnes ikke med"}


def test_the_letter_stands_on_the_frozen_rows_alone(two_months: Decision) -> None:
    before = context_for(two_months.payment)
    grant = two_months.grant
    grant.wage_ceilings.create(amount=Decimal(1), first_day=grant.first_day, source="senere")
    s.save(grant, s.facts(s.NOVEMBER - 2, s.wage(s.NOVEMBER - 3, "1")))
    assert context_for(Payment.objects.get(pk=two_months.payment.pk)) == before


def test_who_decided_is_said(two_months: Decision) -> None:
    assert "beregnet automatisk" in context_for(two_months.payment).decided
    of = s.municipality()
    worker = s.user("bo", Role.CASEWORKER, of=of)
    by_hand = s.save(s.grant(of), s.facts(s.NOVEMBER, *(s.wage(s.NOVEMBER - n, "9000") for n in (3, 2, 1)),
                                          paid=("18900", "18900")), worker)  # fmt: skip
    decided = context_of(by_hand).decided
    assert decided == "Afgørelsen er truffet af Bo Prøve, Ydelsescentret, Prøvekøbing Kommune."


def test_a_protected_address_is_not_shown(two_months: Decision) -> None:
    citizen = two_months.grant.citizen
    citizen.is_protected = True
    citizen.save()
    letter = context_for(Payment.objects.get(pk=two_months.payment.pk))
    assert "Enghavevej" not in as_text(letter)


def test_a_task_has_a_proposal_letter() -> None:
    letter = context_of(s.stopped(s.grant(s.municipality())))
    assert letter.mark.startswith("Forslag")
    assert letter.decided == "Sagen venter på en sagsbehandler."


def test_the_text_holds_every_figure_and_the_complaint_guidance(two_months: Decision, worst: Decision) -> None:
    for decision in (two_months, worst):
        letter = context_of(decision)
        text = as_text(letter)
        assert figures(letter) <= set(re.findall(r"-?\d[\d.]*,\d\d", text))
        assert "inden 4 uger" in text
        assert "Ankestyrelsens Beskæftigelsesudvalg (LAB § 204" in text
        assert "&" not in text


# --- the PDF ------------------------------------------------------------------------------------------------


@needs_pango
@needs_poppler
def test_the_pdf_holds_every_figure(two_months: Decision, worst: Decision) -> None:
    for decision in (two_months, worst):
        letter = context_of(decision)
        text = text_of(pdf.specification_pdf(letter))
        assert figures(letter) <= set(re.findall(r"-?\d[\d.]*,\d\d", text))
        assert plain(letter.headline) in text
        for sentence in letter.contributions:
            assert plain(sentence) in text


@needs_pango
def test_the_longest_case_fits_one_page(worst: Decision, two_months: Decision) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    for decision in (worst, two_months):
        with pikepdf.open(io.BytesIO(pdf.specification_pdf(context_of(decision)))) as found:
            assert len(found.pages) == 1
            left, bottom, right, top = (float(one) for one in found.pages[0].mediabox)
            assert (round(right - left), round(top - bottom)) == (595, 842)


@needs_pango
def test_the_pdf_is_accessible(worst: Decision, tmp_path: Path) -> None:
    """Language, title, tags and header scopes by pikepdf; no error from pdfua."""
    pikepdf, pdfua = pytest.importorskip("pikepdf"), pytest.importorskip("pdfua")
    body = pdf.specification_pdf(context_of(worst))
    with pikepdf.open(io.BytesIO(body)) as found:
        root = found.Root
        assert str(root.Lang) == "da"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(found.docinfo["/Title"]) == "Dit fleksløntilskud for november 2026"
        assert found.open_metadata()["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        tags = [one for one in found.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
        kinds = {str(one.S) for one in tags}
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/TR", "/P"} <= kinds
        scopes = {str(one.A.Scope) for one in tags if one.S == "/TH"}
        assert scopes == {"/Column", "/Row"}
    path = tmp_path / "brev.pdf"
    path.write_bytes(body)
    report = pdfua.validate(str(path))
    assert not [one for one in report.findings if one.severity.name == "ERROR"]


@needs_pango
def test_the_same_letter_gives_the_same_bytes(two_months: Decision) -> None:
    letter = context_for(two_months.payment)
    assert pdf.specification_pdf(letter) == pdf.specification_pdf(letter)
    changed = replace(letter, headline="Noget andet.")
    assert pdf.specification_pdf(changed) != pdf.specification_pdf(letter)


@needs_pango
def test_nothing_is_fetched_for_a_letter(two_months: Decision) -> None:
    """A name with markup stays text: no element, no address that is opened."""
    letter = replace(context_for(two_months.payment), citizen_name='<img src="file:///etc/passwd">')
    assert b"root:" not in pdf.specification_pdf(letter)
    with pytest.raises(ValueError, match="file"):
        pdf._engine().fetcher.fetch("file:///etc/passwd")


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def caseworker(client: Client) -> Client:
    client.force_login(s.user("aase", Role.CASEWORKER, of=s.municipality()))
    return client


ADDRESSES = ("payment", "specification_pdf", "specification_text")


@needs_pango
@pytest.mark.parametrize("name", ADDRESSES)
def test_the_letter_is_shown_and_the_look_is_logged(name: str, caseworker: Client, two_months: Decision) -> None:
    answer = caseworker.get(reverse(name, args=[two_months.payment.pk]))
    assert answer.status_code == 200
    assert AccessLog.objects.filter(citizen=two_months.grant.citizen).count() == 1
    assert two_months.grant.citizen.cpr not in answer.headers.get("Content-Disposition", "")


@pytest.mark.parametrize("name", ADDRESSES)
def test_another_municipality_sees_nothing(name: str, client: Client, two_months: Decision) -> None:
    client.force_login(s.user("niels", Role.CASEWORKER, of=s.municipality("0998", "Anden Kommune")))
    assert client.get(reverse(name, args=[two_months.payment.pk])).status_code == 404
    assert client.get(reverse("decision_preview", args=[two_months.pk])).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_administrator_sees_no_letter(name: str, client: Client, two_months: Decision) -> None:
    client.force_login(s.user("adam", Role.ADMINISTRATOR, of=s.municipality()))
    assert client.get(reverse(name, args=[two_months.payment.pk])).status_code == 403


def test_without_pango_the_page_says_what_to_install(
    caseworker: Client, two_months: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise pdf.PdfUnavailable(pdf.MISSING)

    monkeypatch.setattr(pdf, "_engine", missing)
    answer = caseworker.get(reverse("specification_pdf", args=[two_months.payment.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("payment", args=[two_months.payment.pk])
    assert "apt-get install libpango-1.0-0" in answer.content.decode()


def test_an_issued_letter_is_served_as_it_was_issued(caseworker: Client, two_months: Decision) -> None:
    document = IssuedDocument.objects.create(
        municipality=two_months.municipality, citizen=two_months.grant.citizen, payment=two_months.payment,
        title="Brev", context={}, text="Brev", sha256="0" * 64, template_version="1", issued_at=s.NOW,
        issued_by=two_months.decided_by,
    )  # fmt: skip
    IssuedFile.objects.create(document=document, body=b"%PDF-1.7 udstedt", sha256="0" * 64, made_at=s.NOW)
    answer = caseworker.get(reverse("specification_pdf", args=[two_months.payment.pk]))
    assert answer.content == b"%PDF-1.7 udstedt"
    assert "udkast" not in answer.headers["Content-Disposition"]


def test_the_list_adds_up_and_keeps_to_the_month(caseworker: Client, two_months: Decision) -> None:
    s.paid(s.grant(s.municipality("0998", "Anden Kommune"), "Fremmed"))
    answer = caseworker.get(reverse("payments"), {"maaned": "2026-11"})
    assert answer.context["totals"] == {"count": 1, "subsidy": Decimal(18702), "payable": Decimal(18202)}
    assert "Fremmed" not in answer.content.decode()
    assert caseworker.get(reverse("payments"), {"maaned": "2026-13"}).status_code == 400
    assert caseworker.get(reverse("payments"), {"kommune": "0998"}).status_code == 403
