"""Signing in and out, and the account page: password, tokens, colleagues."""

from django import forms
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.links import sign_in_link, user_of_link
from advisor.accounts.scope import member_in, organisation_in
from advisor.accounts.services import add_member
from advisor.accounts.tokens import create_token, revoke_token, tokens_of
from advisor.errors import BadInput, NotFound

_USED_LINK = (
    "This link does not work any more.",
    ["Such a link works once, within 24 hours. Ask for another one."],
)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    """Name and password; eight wrong ones lock a name out for a while."""

    template_name = "advisor/sign_in.html"
    redirect_authenticated_user = True


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_once(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """A link that signs in once. Opening it changes nothing: mail programs open links too."""
    user = user_of_link(name, token)
    if user is None:
        raise NotFound(*_USED_LINK)
    if request.method != "POST":
        return render(request, "advisor/sign_in_once.html", {"who": user})
    with transaction.atomic():  # two browsers at once: the second waits, and finds the link used
        User.objects.select_for_update().get(pk=user.pk)
        if user_of_link(name, token) is None:
            raise NotFound(*_USED_LINK)
        login(request, user, backend=_BACKEND)
    if not user.has_usable_password():
        messages.info(request, "You have no password yet: choose one under Account.")
    return redirect("home")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The account page; a POST changes the password."""
    form = _password_form(request)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, "The password is changed.")
        return redirect("account")
    return _account_page(request, form=form)


@never_cache
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its key, this once."""
    try:
        token, key = create_token(
            organisation=organisation_in(request), user=member_in(request), name=request.POST.get("name", "")
        )
    except BadInput as error:
        return _account_page(request, token_problem=error.message, status=400)
    return _account_page(request, new_token=token, new_key=key)


@require_POST
def end_token(request: HttpRequest, token_id: str) -> HttpResponse:
    revoke_token(token_id, user=member_in(request), organisation=organisation_in(request))
    messages.success(request, "The token is revoked: programs that use it are refused from now on.")
    return redirect("account")


@never_cache
@require_POST
def add_colleague(request: HttpRequest) -> HttpResponse:
    """A new member of one's own organisation, and the link to hand to them; for operators."""
    if not member_in(request).is_staff:
        raise NotFound("There is no such page")
    try:
        colleague = add_member(request.POST.get("username", ""), organisation_in(request))
    except BadInput as error:
        return _account_page(request, colleague_problem=error.message, status=400)
    return _account_page(request, colleague=colleague, colleague_link=sign_in_link(colleague))


def _account_page(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    user, organisation = member_in(request), organisation_in(request)
    context: dict[str, object] = {
        "form": _password_form(request),
        "tokens": tokens_of(user, organisation),
        "members": User.objects.filter(membership__organisation=organisation, is_active=True).order_by(
            "username"
        ),
        "new_token": None,
    }
    return render(request, "advisor/account.html", context | more, status=status)


def _password_form(request: HttpRequest) -> "SetPasswordForm[User]":
    """Without a password there is no old one to ask for."""
    user = member_in(request)
    kind = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    is_answer = request.method == "POST" and "new_password1" in request.POST
    form: SetPasswordForm[User] = kind(user, request.POST if is_answer else None)
    for field in form.fields.values():
        if isinstance(field, forms.CharField):
            field.widget.attrs.pop("autofocus", None)
    return form
