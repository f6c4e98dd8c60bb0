"""Pages of plans: the list, a new one, the editor, its versions."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.accounts.scope import member_in, organisation_in
from advisor.errors import AdvisorError, BadInput, CatalogueEmpty, Conflict
from advisor.models import Plan, PlanVersion
from advisor.planning.words import count
from advisor.plans.check import check
from advisor.plans.diff import diff_lines
from advisor.plans.examples import example, examples
from advisor.plans.queries import plan_of, version_of, versions_of
from advisor.plans.services import archive_plan, create_plan, save_version
from advisor.runs.queries import run_of, run_of_key
from advisor.runs.services import Ask, start_run
from advisor.web.numbers import whole_number
from advisor.web.plan_form import (
    SKELETON,
    Sent,
    asked,
    press_key,
    problem_rows,
    status_words,
    uploaded_text,
)
from advisor.web.plan_list import plan_list_context
from advisor.web.plan_page import editor_context, plan_context
from advisor.web.wording import page_lines

_EDITOR = "advisor/plan.html"


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    return render(request, "advisor/plans.html", plan_list_context(organisation_in(request), request.GET))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Something to start from; then the editor; a POST saves it."""
    organisation_in(request)
    if request.method == "POST":
        return _create(request)
    slug = request.GET.get("example", "")
    found = example(slug)
    if found is not None or slug == "empty":
        text = SKELETON if found is None else found.text
        return render(
            request, "advisor/new_plan.html", editor_context(text) | {"from": found, "editing": True}
        )
    return render(request, "advisor/new_plan.html", {"examples": examples()})


@require_POST
def check_text(request: HttpRequest) -> HttpResponse:
    """What is wrong with a text, for the editor; with `part=list` as the list beneath it."""
    organisation_in(request)
    text = Sent.read(request.POST).text
    problems = check(text).problems
    if request.GET.get("part") == "list":
        context = {"problems": problem_rows(problems, text), "status": status_words(problems)}
        return render(request, "advisor/parts/plan_problems.html", context)
    return JsonResponse(
        {
            "problems": problem_rows(problems),
            "problems_total": len(problems),
            "summary": status_words(problems),
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    """The editor on a plan; a POST saves the text as its next version."""
    found = plan_of(organisation_in(request), plan_id)
    if request.method == "POST":
        sent = Sent.read(request.POST)
        try:
            version, checked = save_version(
                found, user=member_in(request), text=sent.text, note=sent.note, based_on=sent.based_on
            )
        except (Conflict, BadInput) as error:
            return _not_saved(request, found, sent, error)
        _say_saved(request, found, version, len(checked.problems))
        return redirect("plan", found.pk)
    wanted = whole_number(request.GET, "version")
    version = version_of(found, wanted)
    return render(request, _EDITOR, plan_context(found, version, version.text))


@require_POST
def start(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Solve: the text that was sent, saved first where it changed; else the version that was named.

    A second press of the same button leads to the run of the first.
    """
    organisation, user = organisation_in(request), member_in(request)
    found, key = plan_of(organisation, plan_id), press_key(request.POST)
    pressed = run_of_key(organisation, key)
    if pressed is not None:
        return redirect("run", pressed.pk)
    if "text" not in request.POST:
        version = version_of(found, whole_number(request.POST, "version"))
        try:
            run, _ = start_run(
                version, organisation=organisation, user=user, ask=asked(request.POST), key=key
            )
        except BadInput as error:
            if error.field != "why" or "from_run" not in request.POST:
                raise
            messages.error(request, " ".join(page_lines(error)))
            run = run_of(organisation, request.POST["from_run"])
        return redirect("run", run.pk)
    sent = Sent.read(request.POST)
    try:
        ask = asked(request.POST)
        _refuse_problems(sent.text)
        version, _ = save_version(found, user=user, text=sent.text, note=sent.note, based_on=sent.based_on)
    except (Conflict, BadInput) as error:
        return _not_saved(request, found, sent, error)
    run, _ = start_run(version, organisation=organisation, user=user, ask=ask, key=key)
    return redirect("run", run.pk)


@require_safe
def versions(request: HttpRequest, plan_id: str) -> HttpResponse:
    """All versions of a plan, and two of them line by line."""
    found = plan_of(organisation_in(request), plan_id)
    rows = list(versions_of(found))
    newest = found.versions_count
    to = whole_number(request.GET, "to") or newest
    since = whole_number(request.GET, "from") or max(1, to - 1)
    context: dict[str, Any] = {"plan": found, "versions": rows, "from": since, "to": to}
    if since != to:
        context["diff"] = diff_lines(version_of(found, since).text, version_of(found, to).text)
        context["compared"] = True
    return render(request, "advisor/plan_versions.html", context)


@require_POST
def archive(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Hide a plan from the list, or show it again."""
    found = plan_of(organisation_in(request), plan_id)
    archived = request.POST.get("archived", "1") == "1"
    archive_plan(found, archived=archived)
    done = "archived: it is no longer in the list" if archived else "in the list again"
    messages.success(request, f"{found.name} is {done}. Its versions and runs stay.")
    return redirect("plan", found.pk)


@require_safe
def download(request: HttpRequest, plan_id: str) -> HttpResponse:
    """The text of a version (the newest) as a file."""
    found = plan_of(organisation_in(request), plan_id)
    version = version_of(found, whole_number(request.GET, "version"))
    name = f"{slugify(found.name)[:60] or 'plan'}-v{version.number}.yaml"
    response = HttpResponse(version.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _create(request: HttpRequest) -> HttpResponse:
    organisation, user = organisation_in(request), member_in(request)
    is_upload = "text" not in request.POST
    if not is_upload and request.POST.get("then") == "solve":
        return _create_and_solve(request)
    sent = Sent.read(request.POST)
    try:
        text = uploaded_text(request.FILES.get("file")) if is_upload else sent.text
        found, checked = create_plan(organisation=organisation, user=user, text=text, note=sent.note)
    except BadInput as error:
        return _not_created(request, {"examples": examples()} if is_upload else _editing(sent), sent, error)
    if checked.problems:
        _say_saved(request, found, version_of(found), len(checked.problems))
    else:
        messages.success(request, f"{found.name} is saved.")
    return redirect("plan", found.pk)


def _create_and_solve(request: HttpRequest) -> HttpResponse:
    """A plan and its run, or neither; pressed twice, also at once, one of each."""
    organisation, user = organisation_in(request), member_in(request)
    sent, key = Sent.read(request.POST), press_key(request.POST)
    pressed = run_of_key(organisation, key)
    if pressed is not None:
        return redirect("run", pressed.pk)
    try:
        ask = asked(request.POST)
        _refuse_problems(sent.text)
        with transaction.atomic():
            found, _ = create_plan(organisation=organisation, user=user, text=sent.text, note=sent.note)
            run, _ = start_run(version_of(found), organisation=organisation, user=user, ask=ask, key=key)
    except (BadInput, CatalogueEmpty) as error:
        return _not_created(request, _editing(sent), sent, error)
    except Conflict:  # the other press was first; this one's plan is gone again
        pressed = run_of_key(organisation, key)
        if pressed is None:
            raise
        run = pressed
    return redirect("run", run.pk)


def _editing(sent: Sent) -> dict[str, Any]:
    return editor_context(sent.text) | {"editing": True}


def _not_created(
    request: HttpRequest, context: dict[str, Any], sent: Sent, error: AdvisorError
) -> HttpResponse:
    context |= {"problem": error.message, "note": sent.note, "unsaved": True}
    return render(request, "advisor/new_plan.html", context, status=error.http_status)


def _not_saved(request: HttpRequest, plan: Plan, sent: Sent, error: Conflict | BadInput) -> HttpResponse:
    """The page again with the text as it was sent: nothing is lost."""
    plan.refresh_from_db()
    newest = version_of(plan)
    context = plan_context(plan, newest, sent.text, ask=_ask_or_default(request))
    context |= {"problem": error.message, "note": sent.note, "unsaved": True}
    if isinstance(error, Conflict):
        context |= {"conflict": newest, "diff": diff_lines(newest.text, sent.text)}
    return render(request, _EDITOR, context, status=error.http_status)


def _ask_or_default(request: HttpRequest) -> Ask:
    try:
        return asked(request.POST)
    except BadInput:
        return Ask()


def _refuse_problems(text: str) -> None:
    problems = check(text).problems
    if problems:
        raise BadInput(
            f"Not started: the plan has {count(len(problems), 'problem')}. Your text is below, unsaved.",
            field="text",
        )


def _say_saved(request: HttpRequest, plan: Plan, version: PlanVersion, problems: int) -> None:
    if problems:
        messages.warning(
            request,
            f"Saved as version {version.number}, with {count(problems, 'problem')}: "
            f"the plan can be solved when {'it is' if problems == 1 else 'they are'} put right.",
        )
    elif version.number == plan.versions_count:
        messages.info(request, f"Nothing changed: version {version.number} is the newest.")
    else:
        messages.success(request, f"Saved as version {version.number}.")
