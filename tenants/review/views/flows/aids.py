"""What flows lean on: the committee that co-handles a category, and the unit's checklists."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import Group, GroupKind, actor_of
from tenants.accounts.views.common import needs
from tenants.review import operations, queries
from tenants.review.flow_forms import ChecklistForm
from tenants.review.models import CategoryCommittee, Checklist
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion
from zhitong.core.text import whole_number
from zhitong.web import navigation

CONFIGURE = "review.configure"


@needs(CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def committees(request: HttpRequest) -> HttpResponse:
    """Show and save which committee co-handles each category."""
    navigation.mark(request, "flows")
    categories = queries.categories_in_use()
    errors: dict[str, list[str]] = {}
    chosen = {one.category: str(one.group_id) for one in CategoryCommittee.objects.all()}
    if request.method == "POST":
        chosen = {name: request.POST.get(f"c-{n}", "") for n, name in enumerate(categories)}
        wanted = {name: whole_number(value) for name, value in chosen.items()}
        wrong = {name: ["请从列出的专委会里选择。"] for name, key in wanted.items() if key is None and chosen[name]}
        try:
            if wrong:
                raise InvalidInput("有的类别没有选对专委会，没有保存。", fields=wrong)
            operations.save_committees(actor=actor_of(request.user), committees=wanted)
        except InvalidInput as refusal:
            errors = refusal.fields
        else:
            messages.success(request, "对口专委会已保存。")
            return redirect(reverse("review:committees"))
    groups = [(str(group.pk), group.name) for group in Group.objects.filter(kind=GroupKind.COMMITTEE)]
    context = {
        "rows": [
            (f"c-{n}", name, chosen.get(name, ""), " ".join(errors.get(name, []))) for n, name in enumerate(categories)
        ],
        "groups": groups,
        "missing": sum(not chosen.get(name) for name in categories),
    }
    return render(request, "review/flows/committees.html", context, status=422 if errors else 200)


@needs(CONFIGURE)
@require_safe
def checklists(request: HttpRequest) -> HttpResponse:
    """List the unit's checklists, with the flows in use that ask for them."""
    navigation.mark(request, "flows")
    used: dict[str, list[str]] = {}
    for row in queries.flows():
        if row.in_use:
            for step in row.definition.steps:
                if step.checklist:
                    used.setdefault(step.checklist, []).append(f"{row.flow.name}：{step.name}")
    latest = Checklist.objects.order_by("code", "-edition").distinct("code").select_related("made_by")
    context = {"rows": [(one, used.get(one.code, [])) for one in latest]}
    return render(request, "review/flows/checklists.html", context)


@needs(CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the latest edition of a checklist and take a new one; without `code` a new list is made.

    Raises:
        NotFound: no checklist of that code.
    """
    navigation.mark(request, "flows")
    found = Checklist.objects.filter(code=code).order_by("-edition").first() if code else None
    if code and found is None:
        raise NotFound
    initial = (
        {"name": found.name, "lines": "\n".join(line["text"] for line in found.lines), "edition": found.edition}
        if found
        else None
    )
    form = ChecklistForm(request.POST or None, initial=initial)
    stale: Checklist | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = operations.save_checklist(
                    actor=actor_of(request.user),
                    name=form.cleaned_data["name"],
                    lines=form.texts(),
                    code=code,
                    edition=form.cleaned_data["edition"],
                )
            except InvalidInput as refusal:
                form.refuse(refusal)
            except StaleVersion as refusal:
                form.add_error(None, refusal.message)
                stale, status = found, refusal.status
            else:
                messages.success(request, f"检查单“{made.name}”第 {made.edition} 版已保存，填过的仍照旧版。")
                return redirect(reverse("review:checklists"))
    context = {
        "checklist": found,
        "form": form,
        "stale": stale,
        "edition": found.edition if found else "",
        "back": reverse("review:checklists"),
        "phone_title": "检查单",
    }
    return render(request, "review/flows/checklist.html", context, status=status)
