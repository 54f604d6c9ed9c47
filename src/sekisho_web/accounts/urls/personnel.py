from django.urls import URLPattern, path

from sekisho_web.accounts.views import coming, duties, personnel

urlpatterns: list[URLPattern] = [
    path("", personnel.feeds, name="feeds"),
    path("new/", personnel.begin, name="begin_feed"),
    path("<int:pk>/deliver/", personnel.deliver, name="deliver"),
    path("deliveries/<int:pk>/", personnel.delivery, name="delivery"),
    path("deliveries/<int:pk>/confirm/", personnel.confirm, name="confirm_delivery"),
    path("deliveries/<int:pk>/apply/", personnel.apply, name="apply_delivery"),
    path("deliveries/<int:pk>/back/", personnel.send_back, name="send_back_delivery"),
    path("duties/", duties.duties, name="duties"),
    path("coming/", coming.coming, name="coming"),
    path("coming/<str:day>/", coming.coming_day, name="coming_day"),
]
