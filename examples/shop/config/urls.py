from django.urls import path
from shop import views

urlpatterns = [
    path("", views.home),
    path("products/<int:pk>/", views.product),
    path("categories/<slug:slug>/", views.category),
]
