"""The app: who, when, what we did."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Fleksløntilskud"

    def ready(self) -> None:
        from cases import checks  # noqa: F401  (registers the system checks)
        from cases.guards import install_guards
        from cases.reference_data import load_reference_data, load_schedules

        post_migrate.connect(load_reference_data, sender=self, dispatch_uid="cases.reference_data")
        post_migrate.connect(load_schedules, dispatch_uid="cases.schedules", sender=apps.get_app_config("django_q"))
        post_migrate.connect(install_guards, sender=self, dispatch_uid="cases.guards")
