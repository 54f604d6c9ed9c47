"""The addresses of grants, one module a subject."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from sekisho_web.grants.views import office, start

app_name = "grants"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", office.office, name="office"),
    path("start/", start.start, name="start"),
]
SLICES = (
    "requests",
    "deciding",
    "policies",
    "uses",
    "launcher",
    "emergencies",
    "desk",
    "conflicts",
    "engagements",
    "foreign",
)
urlpatterns.extend(
    path(f"{one}/", include(f"sekisho_web.grants.urls.{one}"))
    for one in SLICES
    if find_spec(f"sekisho_web.grants.urls.{one}")
)
