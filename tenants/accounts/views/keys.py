"""The reader's own keys for programs: made, seen without their secret, ended."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts import operations
from tenants.accounts.forms import KeyForm
from tenants.accounts.models import ApiToken, User
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.web import navigation, parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import State, TableColumn

_COLUMNS = [
    *(TableColumn(label) for label in ("用途", "建立", "到期", "最近使用", "状态")),
    TableColumn("操作", hidden_label=True),
]
_SOON_DAYS = 14


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List the reader's own keys; a post makes one and shows it, this once."""
    navigation.mark(request, "keys")  # no page of the unit's administration
    form = KeyForm(request.POST if request.method == "POST" else None)
    user = _reader(request)
    if form.is_valid():
        try:
            key, plain = operations.create_api_token(
                actor=user.actor,
                user=user,
                label=form.cleaned_data["label"],
                days=int(form.cleaned_data["days"]),
            )
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            items = request.build_absolute_uri(reverse("api:items"))
            return render(request, "accounts/key_made.html", {"key": key, "plain": plain, "items_url": items})
    page = page_of(user.api_tokens.all(), ("-created_at", "-pk"), request.GET)
    context = {
        "columns": _COLUMNS,
        "keys": [(key, _state(key), _is_open(key)) for key in page.items],
        "form": form,
        "page": page,
        "empty_box": parts.empty("还没有密钥", "要让程序通过接口取数或报送时，在下面建立一个。", icon="key"),
    }
    return render(request, "accounts/keys.html", context, status=form.status)


@login_required
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """End an own key at once."""
    user = _reader(request)
    key = user.api_tokens.filter(pk=key_id).first()
    if key is None:
        raise NotFound
    operations.revoke_api_token(actor=user.actor, token=key)
    messages.success(request, f"密钥“{key.label}”已停用，用它的程序从现在起不能再访问。")
    return redirect("accounts:keys")


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _is_open(key: ApiToken) -> bool:
    return key.revoked_at is None and key.expires_at > clock.now()


def _state(key: ApiToken) -> State:
    if key.revoked_at:
        return State("已停用", "off")
    days = (key.expires_at - clock.now()).days
    if days < 0:
        return State("已到期", "off")
    return State("快到期", "soon") if days < _SOON_DAYS else State("在用", "ok")
