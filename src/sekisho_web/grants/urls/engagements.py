from django.urls import path

from sekisho_web.grants.views import engagements as views

urlpatterns = [
    path("", views.engagements, name="engagements"),
    path("prepare/", views.prepare, name="prepare_engagement"),
    path("<str:code>/", views.engagement, name="engagement"),
    path("<str:code>/suspend/", views.suspend, name="suspend_engagement"),
    path("<str:code>/workers/", views.put_on_roster, name="put_on_engagement"),
    path("<str:code>/workers/<int:pk>/end/", views.take_off_roster, name="take_off_engagement"),
    path("<str:code>/check/<str:item>/", views.answer, name="answer_engagement"),
    path("<str:code>/acts/<slug:act>/", views.act_on, name="act_on_engagement"),
]
