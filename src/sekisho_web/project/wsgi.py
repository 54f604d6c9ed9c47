"""What the web server runs. It does not start loosely, nor before a database that could leak."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sekisho_web.project.settings")
os.environ.setdefault("SEKISHO_POOL", "1")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from sekisho_web.project.checks import (  # noqa: E402  # after the apps
    refuse_loose_factors,
    refuse_unsafe_database,
)

refuse_loose_factors()
refuse_unsafe_database()
