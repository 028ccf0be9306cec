"""What the libraries register and nobody should open here.

Changing a Schedule of django-q2 is running any importable function, and Django's groups decide nothing: roles do.
"""

from __future__ import annotations

import django_q.admin  # noqa: F401  (registers first, so that it can be taken out)
from django.contrib import admin
from django.contrib.auth.models import Group
from django_q.models import Failure, OrmQ, Schedule, Success

for model in (Failure, OrmQ, Schedule, Success, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
