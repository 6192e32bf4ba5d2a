"""What operators of the platform may do about a unit's people: hand over the first administrator, nothing else."""

from tenants.accounts.models import User
from tenants.accounts.operations.access import invite
from tenants.accounts.operations.roles import MANAGE, set_roles
from tenants.accounts.operations.users import create_user
from tenants.accounts.queries import with_permission
from zhitong.core import audit
from zhitong.core.errors import WrongState
from zhitong.core.operations import Actor, operation
from zhitong.units.models import Unit


@operation("units.manage")
def appoint_administrator(*, actor: Actor, unit: Unit, username: str, name: str) -> str:
    """Make an administrator in `unit` and return the path of the invitation on its host.

    Works until somebody who manages the unit's people has set a password: from then on the unit is its own master,
    and an operator cannot open it. The act stands in the unit's audit chain and in the platform's.

    Raises:
        WrongState: the unit has an administrator or is closed, or the login name is somebody's who signs in already.
        InvalidInput: name or login name are malformed.
    """
    if not unit.is_open:
        raise WrongState(f"{unit.short_name}没有启用，不能指定管理员。")
    Unit.objects.select_for_update().get(pk=unit.pk)  # two operators at once wait for each other
    inside = Actor(unit_id=unit.pk, label=f"平台运维 {actor.label}", granted=frozenset({MANAGE}))
    with unit:
        if with_permission(MANAGE).filter(password_changed_at__isnull=False).exists():
            raise WrongState(f"{unit.short_name}已有自己的管理员。", rule="平台运维不进入单位", who="该单位的管理员")
        user = User.objects.filter(username=username.strip().lower()).first()
        if user is None:
            user = create_user(actor=inside, username=username, name=name, roles=["administrator"])
        elif user.password_changed_at is not None:
            raise WrongState(f"登录名“{user.username}”已有人使用，请换一个。")
        else:
            set_roles(actor=inside, user=user, roles=["administrator"])
        path = invite(actor=inside, user=user)
    audit.record(actor=actor, action="units.administrator.appointed", object_kind="unit", object_id=unit.uuid)
    return path
