"""Where mail leaves the house: one server, named by one address."""

from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SECONDS = 10
SCHEMES = {"smtp": (25, ""), "smtp+tls": (587, "EMAIL_USE_TLS"), "smtps": (465, "EMAIL_USE_SSL")}


def mail(address: str) -> dict[str, object]:
    """Return Django's settings for the mail server at `address`; empty: no mail leaves.

    address: smtp://host:25 (inside the house), smtp+tls://user:password@host:587 or smtps://…
    """
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ImproperlyConfigured(
            "SEKISHO_MAIL を読めません。smtp://host:25、smtp+tls://user:password@host:587、"
            "smtps://user:password@host:465 のどれかの形にしてください"
        )
    port, secured = SCHEMES[parts.scheme]
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": secured == "EMAIL_USE_TLS",
        "EMAIL_USE_SSL": secured == "EMAIL_USE_SSL",
        "EMAIL_TIMEOUT": SECONDS,
    }
