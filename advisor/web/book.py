"""The page of an organisation's price book: what is agreed, since when, and what it does."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.scope import member_in, organisation_in
from advisor.books.queries import version_of
from advisor.books.services import MOST_BYTES, remove_book, save_book
from advisor.errors import BadInput
from advisor.web.book_page import TEMPLATE, book_context

_CSV = "text/csv; charset=utf-8"


@never_cache
def book(request: HttpRequest) -> HttpResponse:
    """The page; a file that is sent becomes the newest version of the book, whole or not at all."""
    organisation = organisation_in(request)
    problem: BadInput | None = None
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None:
                raise BadInput("file: choose a CSV file", field="file")
            if (file.size or 0) > MOST_BYTES:
                raise BadInput(f"file: at most {MOST_BYTES // 2**20} MiB are read", field="file")
            save_book(
                organisation=organisation,
                user=member_in(request),
                name=file.name or "price book",
                data=file.read(),
                skip_bad_rows=request.POST.get("skip_bad_rows") == "1",
            )
        except BadInput as error:
            problem = error
        else:
            return redirect("price_book")
    context = book_context(organisation) | {"problem": problem}
    return render(request, "advisor/price_book.html", context, status=400 if problem else 200)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """List prices again."""
    remove_book(organisation=organisation_in(request), user=member_in(request))
    return redirect("price_book")


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """A file to begin with."""
    organisation_in(request)
    return _file(TEMPLATE, "price-book.csv")


@require_safe
def file(request: HttpRequest, number: int) -> HttpResponse:
    """A version as it was sent."""
    found = version_of(organisation_in(request), number)
    return _file(found.text, f"price-book-{slugify(found.name)[:60] or 'v'}-{number}.csv")


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=_CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
