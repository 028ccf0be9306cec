"""One-time codes (TOTP) beside the password: set up by the user, asked for at sign-in, demanded by role.

A user who comes by single sign-on is asked by the municipality's own identity provider, not here.
"""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp import login as remember_device
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import Role, User
from cases.refused import Refused
from cases.signed import saved

NAME = "Engangskode"
BACKUP_NAME = "Reservekoder"
BACKUP_CODES = 10
WRONG = "Koden passer ikke. Vent på den næste kode i appen, og prøv igen."
TOO_MANY = "For mange forkerte koder. Vent et øjeblik, og prøv igen."


def device_of(user: User) -> TOTPDevice | None:
    """The user's app with codes, when it has been set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def is_demanded(user: User) -> bool:
    """Whether one of the user's roles must have a code (FLEKSLON_CODE_ROLES)."""
    return user.has_role(*(Role(one) for one in settings.CODE_ROLES))


def start(user: User) -> TOTPDevice:
    """The app to be, kept until its first code has been typed. Looking again gives the same key."""
    found = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return found or TOTPDevice.objects.create(user=user, name=NAME, confirmed=False)


def picture(device: TOTPDevice) -> str:
    """The QR code as an SVG image that stands in the page itself: nobody else is asked to draw the key."""
    return str(segno.make(device.config_url, micro=False).svg_data_uri(scale=5, dark="#000", light="#fff"))


def key_in_words(device: TOTPDevice) -> str:
    """The key to type where the picture cannot be scanned, in groups of four."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


@transaction.atomic
def confirm(request: Any, code: str) -> list[str]:
    """The first code from the app sets it up. Gives the back-up codes, which are shown once. Refused when wrong."""
    user = request.user
    device = start(user)
    if not device.verify_token(_digits(code)):
        raise Refused(WRONG)
    device.confirmed = True
    device.save()
    saved(User.objects.get(pk=user.pk), user, "Engangskode slået til")
    remember_device(request, device)
    return new_backup_codes(user)


@transaction.atomic
def new_backup_codes(user: User) -> list[str]:
    """Ten codes that each work once; those from before work no more. Only their digests are stored."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=BACKUP_NAME)
    codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_kept(code)) for code in codes)
    return codes


def verify(request: Any, code: str) -> None:
    """A code from the app, or a back-up code, for the rest of the session. Wrong codes make the next ones wait."""
    text = code.replace(" ", "").strip().lower()
    waiting = [one for one in _devices(request.user) if not one.verify_is_allowed()[0]]
    device = match_token(request.user, text if text.isdecimal() else _kept(text)) if text else None
    if device is None:
        raise Refused(TOO_MANY if waiting else WRONG)
    remember_device(request, device)


@transaction.atomic
def switch_off(user: User, by: User) -> None:
    """Without a code from now on: by the user, or by an administrator when the telephone is lost."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    saved(User.objects.get(pk=user.pk), by, "Engangskode slået fra")


def _devices(user: User) -> list[Any]:
    return [*TOTPDevice.objects.filter(user=user, confirmed=True), *StaticDevice.objects.filter(user=user)]


def _kept(code: str) -> str:
    """What is stored of a back-up code: 80 bits of a digest with the program's key, so a copy of the database opens
    nothing. The library's column takes 16 characters.
    """
    return b32encode(salted_hmac(BACKUP_NAME, code, algorithm="sha256").digest())[:16].decode().lower()


def _digits(code: str) -> str:
    return "".join(one for one in code if one.isdecimal())
