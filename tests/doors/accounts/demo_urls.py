"""The addresses of the site as they are in demo mode."""

from django.urls import include, path

from sekisho_web.project import urls

handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500
urlpatterns = [*urls.urlpatterns, path("demo/", include("sekisho_web.world.urls"))]
