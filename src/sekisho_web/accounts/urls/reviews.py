from django.urls import path

from sekisho_web.accounts.views import reviews as views

urlpatterns = [
    path("", views.reviews, name="reviews"),
    path("new/", views.open_reviews, name="open_reviews"),
    path("<int:pk>/", views.review, name="review"),
]
