"""Where mail leaves the house is one address; without one nothing leaves it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from sekisho_web.project.mail import mail


def test_without_an_address_nothing_is_mailed():
    assert mail("") == {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


@pytest.mark.parametrize(
    ("address", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://10.0.0.7:2525", "10.0.0.7", 2525, False, False),
        ("smtp+tls://who:p%40ss@mail.example", "mail.example", 587, True, False),
        ("smtps://who:p%40ss@mail.example:4465", "mail.example", 4465, False, True),
    ],
)
def test_an_address_says_server_port_and_how_it_is_secured(address, host, port, tls, ssl):
    said = mail(address)

    assert (said["EMAIL_HOST"], said["EMAIL_PORT"]) == (host, port)
    assert (said["EMAIL_USE_TLS"], said["EMAIL_USE_SSL"]) == (tls, ssl)
    assert said["EMAIL_HOST_PASSWORD"] == ("p@ss" if "who" in address else "")
    assert said["EMAIL_TIMEOUT"]  # a server that is silent does not hold us


@pytest.mark.parametrize("address", ["mail.example", "http://mail.example", "smtp://", "ftp://x"])
def test_another_address_is_refused_with_the_shapes_that_are_known(address):
    with pytest.raises(ImproperlyConfigured, match=r"smtp\+tls://"):
        mail(address)
