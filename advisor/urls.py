"""Addresses of the site."""

from django.urls import path

from advisor.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("offers", views.offers, name="offers"),
    path("healthz", views.healthz, name="healthz"),
]
handler404 = "advisor.web.views.not_found"
handler500 = "advisor.web.views.failed"
