"""What every act on a case has on its page: a title, a sentence, fields, and the use-case it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from cases.models import Grant, Notice, Task, User


@dataclass(frozen=True)
class About:
    """What the act is about: the case, a part of it, and the task or notice the person came from."""

    grant: Grant
    row: Any = None
    task: Task | None = None
    notice: Notice | None = None

    @property
    def today(self) -> date:
        return timezone.localdate()


class SourceField(forms.CharField):
    """Where the information comes from; the use-case refuses an empty one with its own sentence."""

    def __init__(self, label: str = "Kilde", **kwargs: Any) -> None:
        super().__init__(label=label, max_length=kwargs.pop("max_length", 160), **kwargs)
        self.widget.attrs |= {"autocomplete": "off"}


class ActForm(forms.Form):
    """One act. ``perform`` calls one use-case and says what was done; a refusal is shown on the same page."""

    title: ClassVar[str] = ""
    lead: ClassVar[str] = ""
    law: ClassVar[str] = ""
    button: ClassVar[str] = "Gem"
    tab: ClassVar[str] = "perioder"
    part: ClassVar[str] = ""
    """Name on the grant of the rows this act is about; "" when it is about the case itself."""
    has_sum: ClassVar[bool] = True
    """Whether the sum of the month can move."""
    sum_template: ClassVar[str] = "acts/_sum.html"
    """What stands beside the form. A form with a template of its own gives its ``result(now)``."""
    sum_title: ClassVar[str] = "Det bliver til"
    answers: ClassVar[str] = ""
    """The process of cases.notices.PROCESSES that this act is."""

    def __init__(self, data: Any, about: About) -> None:
        self.about = about
        super().__init__(data, initial=self.proposed(), use_required_attribute=False)
        self.prepare()

    def proposed(self) -> Mapping[str, Any]:
        """What the fields say before anything is typed."""
        return {}

    def prepare(self) -> None:
        """Choices and help that depend on the case."""

    def known(self) -> list[str]:
        """What stands on the case already, as sentences beside the form."""
        return []

    def result(self, now: datetime) -> Any:
        """What the form's own ``sum_template`` shows, with what is typed."""
        raise NotImplementedError

    def perform(self, user: User, now: datetime) -> str:
        """Do it. The sentence that says what was done."""
        raise NotImplementedError
