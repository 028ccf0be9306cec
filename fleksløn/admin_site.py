"""The admin's name and who gets in."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator


class PortalAdminSite(AdminSite):
    """Administration for administrators, coordinators and auditors; the look is the portal's."""

    site_title = "Fleksløn"
    site_header = "Fleksløn"
    index_title = "Administration"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "may_open_admin", False))

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """One login page for all: Django's own lets only "staff" in, and roles decide here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("Din rolle giver ikke adgang til Administration.")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)
