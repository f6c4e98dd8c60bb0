"""Addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from advisor.api.urls import api
from advisor.web import (
    book,
    breakeven,
    catalogue,
    health,
    home,
    people,
    plan_help,
    plans,
    quarantine,
    runs,
    source_actions,
    sweeps,
)

admin.autodiscover()

_catalogue = [
    path("offers", catalogue.offers, name="offers"),
    path("offers.csv", catalogue.offers_csv, name="offers_csv"),
    path("offer", catalogue.offer, name="offer"),
    path("sources", catalogue.sources, name="sources"),
    path("breakeven", breakeven.breakeven, name="breakeven"),
    path("breakeven.json", breakeven.breakeven_json, name="breakeven_json"),
    path("breakeven-question.json", breakeven.breakeven_question, name="breakeven_question"),
]
_sources = [
    path("quarantine", quarantine.quarantine, name="quarantine"),
    path("quarantine/decide", quarantine.decide_some, name="decide_quarantine"),
    path("<str:source>/refresh", source_actions.refresh, name="refresh_source"),
    path("<str:source>/progress", source_actions.progress, name="source_progress"),
    path("<str:source>/cancel", source_actions.cancel, name="cancel_refresh"),
]
_plans = [
    path("", plans.plan_list, name="plans"),
    path("new", plans.new, name="new_plan"),
    path("check", plans.check_text, name="check_plan"),
    path("help", plan_help.plan_help, name="plan_help"),
    path("schema.json", plan_help.plan_schema_json, name="plan_schema"),
    path("<str:plan_id>", plans.plan, name="plan"),
    path("<str:plan_id>/run", plans.start, name="start_run"),
    path("<str:plan_id>/versions", plans.versions, name="plan_versions"),
    path("<str:plan_id>/archive", plans.archive, name="archive_plan"),
    path("<str:plan_id>/plan.yaml", plans.download, name="plan_text"),
]
_runs = [
    path("", runs.run_list, name="runs"),
    path("compare", runs.compare, name="compare_runs"),
    path("<str:run_id>", runs.run, name="run"),
    path("<str:run_id>/progress", runs.progress, name="run_progress"),
    path("<str:run_id>/cancel", runs.cancel, name="cancel_run"),
    path("<str:run_id>/explain", runs.explain, name="explain_run"),
    path("<str:run_id>/retry", runs.retry, name="retry_run"),
    path("<str:run_id>/result.json", runs.result_json, name="run_json"),
    path("<str:run_id>/<str:table>.csv", runs.table_csv, name="run_csv"),
]
_sweeps = [
    path("", sweeps.sweep_list, name="sweeps"),
    path("new", sweeps.new, name="new_sweep"),
    path("<str:sweep_id>", sweeps.sweep, name="sweep"),
    path("<str:sweep_id>/progress", sweeps.progress, name="sweep_progress"),
    path("<str:sweep_id>/cancel", sweeps.cancel, name="cancel_sweep"),
    path("<str:sweep_id>/retry", sweeps.retry, name="retry_sweep"),
    path("<str:sweep_id>/outcomes.<str:ending>", sweeps.outcomes, name="sweep_outcomes"),
    path("<str:sweep_id>/plan-<int:index>.yaml", sweeps.plan_text, name="sweep_plan"),
]
_book = [
    path("", book.book, name="price_book"),
    path("remove", book.remove, name="remove_price_book"),
    path("template.csv", book.template, name="price_book_template"),
    path("<int:number>.csv", book.file, name="price_book_file"),
]
_account = [
    path("", people.account, name="account"),
    path("tokens", people.make_token, name="make_token"),
    path("tokens/<str:token_id>/end", people.end_token, name="end_token"),
    path("colleagues", people.add_colleague, name="add_colleague"),
]
urlpatterns = [
    path("", home.home, name="home"),
    *_catalogue,
    path("sources/", include(_sources)),
    path("plans/", include(_plans)),
    path("runs/", include(_runs)),
    path("sweeps/", include(_sweeps)),
    path("price-book/", include(_book)),
    path("account/", include(_account)),
    path("sign-in", people.SignIn.as_view(), name="sign_in"),
    path("sign-in/<str:name>/<str:token>", people.sign_in_once, name="sign_in_once"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
]
handler403 = "advisor.web.errors.refused"
handler404 = "advisor.web.errors.not_found"
handler500 = "advisor.web.errors.failed"
