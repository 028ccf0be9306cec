"""Which admin site the project uses."""

from typing import Any

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "fleksløn.admin_site.PortalAdminSite"

    def ready(self) -> None:
        """Yes and no in words: the admin's icons are called "True" and "False" in every language."""
        from django.contrib.admin.templatetags import admin_list

        super().ready()
        admin_list._boolean_icon = yes_no


def yes_no(value: Any) -> str:
    return "–" if value is None else "ja" if value else "nej"
