from django.urls import path

from sekisho_web.accounts.views import holds, people

urlpatterns = [
    path("", people.people, name="people"),
    path("<slug:code>/", people.person, name="person"),
    path("<slug:code>/stop/", holds.stop_person, name="stop_person"),
]
