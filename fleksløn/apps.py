"""Which admin site the project uses."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "fleksløn.admin_site.PortalAdminSite"
