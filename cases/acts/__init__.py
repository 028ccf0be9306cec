"""Every act on a case that has a page (sub-processes), by its word in the address."""

from __future__ import annotations

from cases.acts import adjustments, grant, pay, periods, words
from cases.acts.base import About, ActForm

ACTS: dict[str, type[ActForm]] = {
    "indtaegt": pay.Income,
    "ret-indtaegt": pay.TreatIncome,
    "fjern-indtaegt": pay.TakeBackIncome,
    "loenloft": pay.Ceiling,
    "bekraeft-loenloft": pay.ConfirmCeiling,
    "haev-loenloft": pay.RaiseCeiling,
    "forventet-loen": pay.ExpectedWage,
    "traekprocent": pay.TaxPercent,
    "skattekort": pay.TaxCard,
    "nyt-job": words.NewJob,
    "ferie": periods.HolidayAct,
    "mistet-ret": periods.LostRightAct,
    "afslut-mistet-ret": periods.EndLostRight,
    "stop": periods.Stop,
    "begynd-igen": periods.Resume,
    "anden-ydelse": words.Benefit,
    "slet-periode": periods.RemovePeriod,
    "visitation": grant.Visitation,
    "bevillingsperiode": grant.GrantPeriod,
    "afslut": grant.End,
    "genaabn": grant.Reopen,
    "genberegning": grant.Recalculate,
    "opstart": grant.StartUp,
    "manuel": grant.Manual,
    "menneske": grant.WantsHuman,
    "note": words.Note,
    "svar": words.Answer,
    "send-brev": words.Send,
    "klage": words.Complain,
    "genvurder": words.CloseComplaint,
    "partshoering": words.Hearing,
    "r75-indtaegt": words.ControlIncome,
    "efterregulering": adjustments.SettleDifference,
    "krav": adjustments.MoveClaim,
    "fordel-loen": adjustments.SpreadPay,
}

MENU: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Indtægt og løn",
        ("indtaegt", "fordel-loen", "loenloft", "haev-loenloft", "forventet-loen", "traekprocent", "skattekort"),
    ),
    ("Perioder", ("ferie", "mistet-ret", "stop", "anden-ydelse")),
    ("Bevilling", ("visitation", "bevillingsperiode", "genberegning", "afslut", "genaabn", "opstart")),
    ("Automatik", ("manuel", "menneske")),
    ("Breve og noter", ("note", "klage")),
    ("Penge", ("efterregulering",)),
)  # fmt: skip
"""What can be started from a case or a task; the others belong to a row and are reached from it."""

BY_PROCESS = {
    "Indtægter": "indtaegt",
    "Visitation og refusion": "visitation",
    "Lønloft": "loenloft",
    "Skattekort": "skattekort",
    "Ferie": "ferie",
    "Midlertidigt stop af ydelse": "stop",
}
"""The sub-process a concern names, to its act."""

BY_CODE = {
    "INF1": ("ferie", "haev-loenloft"),
    "INF2": ("mistet-ret",),
    "INF3": ("mistet-ret",),
    "INF4": ("mistet-ret",),
    "SAT5": ("loenloft", "forventet-loen"),
    "REC2": ("ferie", "haev-loenloft"),
    "REC3": ("anden-ydelse", "mistet-ret"),
    "INC8": ("traekprocent",),
    "INC24": ("loenloft",),
    "INC31": ("ferie", "stop"),
    "INC33": ("ferie",),
    "INC34": ("indtaegt", "manuel"),
    "FOL9": ("efterregulering",),
    "FOL10": ("efterregulering",),
    "MUN11": ("fordel-loen",),
    "FOL4": ("bevillingsperiode", "afslut"),
    "FOL5": ("bekraeft-loenloft", "loenloft"),
}
"""Concerns that are put right by something else, or by more, than the process they name."""

BY_NOTICE = {form.answers: slug for slug, form in ACTS.items() if form.answers and slug != "haev-loenloft"}
"""The process a notice points to (cases.notices.PROCESSES), to its act."""


def acts_for(code: str, process: str = "") -> list[tuple[str, str]]:
    """The acts a concern leads to, as (word, title)."""
    words_ = BY_CODE.get(code) or ((BY_PROCESS[process],) if process in BY_PROCESS else ())
    return [(word, ACTS[word].title) for word in words_]


def menu() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(group, [(word, ACTS[word].title) for word in words_]) for group, words_ in MENU]


__all__ = ["ACTS", "BY_NOTICE", "About", "ActForm", "acts_for", "menu"]
