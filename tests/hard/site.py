"""The smallest site that has the door `shows`: what stands around it is left out, not replaced."""

import os
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import sleep
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

HOME = Path(os.environ["HARD_HOME"])
_parts = urlsplit(os.environ["HARD_URL"])

settings.configure(
    SECRET_KEY="for tests only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    STATIC_URL="/static/",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.staticfiles",
        "django_htmx",
        "template_partials",
        "sekisho_web.frame",
        "sekisho_web.ledger",
    ],
    MIDDLEWARE=[f"{__name__}.nobody"],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"builtins": ["template_partials.templatetags.partials"]},
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts.path[1:],
            "USER": _parts.username,
            "PASSWORD": _parts.password,
            "HOST": parse_qs(_parts.query)["host"][0],
            "PORT": parse_qs(_parts.query)["port"][0],
            "ATOMIC_REQUESTS": True,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 10, "timeout": 1}},
        }
    },
    SEKISHO_HOME=HOME,
    SEKISHO_ROLE="app",
)
django.setup()

from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402

from sekisho_links.ledger.errors import NotRecorded  # noqa: E402
from sekisho_web.frame.doors import Needs  # noqa: E402
from sekisho_web.ledger import doors, recording  # noqa: E402
from sekisho_web.ledger.look import look_of  # noqa: E402

NAME = "架空花子"  # what must not be seen without a record
PAGE = engines["django"].from_string("{{ look.number }} {{ name }}" + " " * 2_000)


def nobody(get_response):
    def middleware(request):
        request.user = AnonymousUser()
        return get_response(request)

    return middleware


def page(request):
    look = look_of(request)
    look.about(system="takuso", screen="TK-D01")
    name = look.govern("customer_name", NAME, 0, record="0901", owner_class="rival")
    return HttpResponse(PAGE.render({"look": look, "name": name}))


def after(request):
    """Twin: the answer first, its record when the answer has gone, as an audit log does."""
    look = doors._begin(request)
    response = page(request)
    close = response.close

    def close_and_record():
        close()
        with suppress(NotRecorded):
            recording.recorder().record(look.happening(person=None, company="n09"))

    response.close = close_and_record
    return response


waiting = SimpleQueue()


def queued(request):
    """Twin: the record goes into a queue that is written ten times a second."""
    look = doors._begin(request)
    response = page(request)
    waiting.put(look)
    return response


def write_the_queue():
    while True:
        sleep(0.1)
        while not waiting.empty():
            with suppress(NotRecorded):
                recording.recorder().record(waiting.get().happening(person=None, company="n09"))


Thread(target=write_the_queue, daemon=True).start()

urlpatterns = [
    path("shows/", doors.shows(may="", needs=Needs.NOTHING)(page)),
    path("after/", after),
    path("queued/", queued),
    path("", include("sekisho_web.frame.urls")),
]
application = get_wsgi_application()
