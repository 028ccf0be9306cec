"""What the libraries register and nobody should open here.

Changing a Schedule of django-q2 is running any importable function, Django's groups decide nothing (roles do), and a
one-time code's key is its user's alone.
"""

from __future__ import annotations

import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401
import django_q.admin  # noqa: F401
from django.contrib import admin
from django.contrib.auth.models import Group
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_q.models import Failure, OrmQ, Schedule, Success

for model in (Failure, OrmQ, Schedule, Success, Group, StaticDevice, TOTPDevice):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
