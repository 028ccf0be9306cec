"""The admin's name and who gets in."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class PortalAdminSite(AdminSite):
    """Administration for administrators, coordinators and auditors; the look is the portal's."""

    site_title = "Fleksløn"
    site_header = "Fleksløn"
    index_title = "Administration"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "may_open_admin", False))
