"""The app: who, when, what we did."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils import timezone


def remember_login(sender: Any, user: Any, **_: Any) -> None:
    """When a user last signed in, without a row in the user's history each time."""
    sender.objects.filter(pk=user.pk).update(last_login=timezone.now())


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Fleksløntilskud"

    def ready(self) -> None:
        from cases import beats, checks  # noqa: F401  (registers the system checks)
        from cases.guards import install_guards
        from cases.reference_data import load_reference_data, load_schedules

        post_migrate.connect(load_reference_data, sender=self, dispatch_uid="cases.reference_data")
        post_migrate.connect(load_schedules, dispatch_uid="cases.schedules", sender=apps.get_app_config("django_q"))
        beats.connect()
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(remember_login, dispatch_uid="cases.remember_login")
        post_migrate.connect(install_guards, sender=self, dispatch_uid="cases.guards")
