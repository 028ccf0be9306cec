"""The three questions of the party hearing as fields: yes or no, and what happens after three times yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from cases import party_hearing
from cases.ask import answer_by
from cases.forms import DayField
from cases.models import Task
from cases.refused import Refused
from rules.frozen import digest

ANSWERS = [("ja", "Ja"), ("nej", "Nej")]


def _mark(body: str) -> str:
    """Which text it is. A browser posts line ends as CRLF."""
    return digest(body.replace("\r\n", "\n").strip())


def _question(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=ANSWERS, widget=forms.RadioSelect)


class HearingForm(forms.Form):
    """Posted with the accept. ``answers()`` is None until all three are answered.

    ``judged``: whether the pressed button asks for the answers; else what is typed is kept and no field complains.
    """

    unknown = _question("Er oplysningen ny for borgeren?")
    significant = _question("Er ændringen mere end uvæsentlig?")
    detriment = _question("Er ændringen til ugunst for borgeren?")
    hear = forms.ChoiceField(
        label="Tre gange ja: skal borgeren høres?", required=False, initial="ja",
        choices=[("ja", "Ja, send brevet"), ("nej", "Nej, skriv hvorfor")],
    )  # fmt: skip
    reason = forms.CharField(label="Hvis borgeren ikke høres: hvorfor?", required=False, max_length=300)
    deadline = DayField(label="Svarfrist", required=False)
    body = forms.CharField(label="Brevet", required=False, widget=forms.Textarea(attrs={"rows": 12}))

    drafted = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, task: Task, asked: party_hearing.Questions, today: date, judged: bool) -> None:
        self.task, self.asked = task, asked
        self.draft = party_hearing.draft_letter(task, asked, answer_by(today))
        asked_before = data is not None and any(name.startswith("hearing-") for name in data)
        posted = self._followed(data) if asked_before else None
        initial = {
            "significant": "ja" if asked.looks_significant else "nej",
            "detriment": "ja",
            "deadline": self.draft.deadline,
            "body": self.draft.body,
            "drafted": _mark(self.draft.body),
        }
        if posted is not None and not judged:
            typed = {name: posted[f"hearing-{name}"] for name in self.base_fields if f"hearing-{name}" in posted}
            posted, initial = None, {**initial, **typed}
        super().__init__(posted, prefix="hearing", initial=initial, use_required_attribute=False)

    def answers(self) -> party_hearing.Answers | None:
        """What was answered; the letter as it stands in the field."""
        if not self.is_bound or not self.is_valid():
            return None
        values = self.cleaned_data
        until = values["deadline"] or self.draft.deadline
        letter = replace(self.draft, body=values["body"], deadline=until) if self._is_changed(values) else None
        return party_hearing.Answers(
            unknown=values["unknown"] == "ja",
            significant=values["significant"] == "ja",
            detriment=values["detriment"] == "ja",
            hear=values["hear"] != "nej",
            reason=values["reason"],
            deadline=until,
            letter=letter,
        )

    def _followed(self, data: Any) -> Any:
        """A letter that nobody has changed follows the figures: its amounts are those of the sum."""
        posted = data.copy()
        if _mark(posted.get("hearing-body", "")) == posted.get("hearing-drafted", ""):
            posted["hearing-body"], posted["hearing-drafted"] = self.draft.body, _mark(self.draft.body)
        return posted

    def _is_changed(self, values: dict[str, Any]) -> bool:
        if not values["body"].strip() or _mark(values["body"]) == _mark(self.draft.body):
            return False
        if values["drafted"] != _mark(self.draft.body):
            raise Refused("Beløbet er ændret, siden du rettede brevet om partshøring. Se brevet efter.")
        return True
