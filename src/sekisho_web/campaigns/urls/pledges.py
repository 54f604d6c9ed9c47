from django.urls import path

from sekisho_web.campaigns.views import pledges as views

urlpatterns = [
    path("", views.pledges, name="pledges"),
    path("<int:pk>/", views.pledge, name="pledge"),
    path("sign/<slug:template>/<str:ref>/", views.pledge_read, name="pledge_read"),
    path("sign/<slug:template>/<str:ref>/clauses/", views.pledge_sign, name="pledge_sign"),
    path("sign/<slug:template>/<str:ref>/refuse/", views.pledge_refuse, name="pledge_refuse"),
    path("given/", views.pledges_given, name="pledges_given"),
    path("missing/", views.pledges_missing, name="pledges_missing"),
    path("paper/", views.pledge_desk, name="pledge_desk"),
    path("paper/<int:pk>/<slug:template>/<str:ref>/", views.pledge_paper, name="pledge_paper"),
]
