"""Every write over the people of a unit (on the public schema: over the platform's operators)."""

from tenants.accounts.operations.access import (
    InvitationGone,
    accept_invitation,
    change_password,
    create_api_token,
    invite,
    invited_user,
    revoke_api_token,
)
from tenants.accounts.operations.circles import (
    add_group,
    add_position,
    end_holding,
    ensure_position,
    name_head,
    put_in_post,
    set_groups,
)
from tenants.accounts.operations.importing import PEOPLE_AT_ONCE, Entered, import_people, invite_waiting
from tenants.accounts.operations.joining import WrongPassword, join_accounts, open_join_code, part_accounts
from tenants.accounts.operations.platform import appoint_administrator
from tenants.accounts.operations.roles import define_role, set_roles
from tenants.accounts.operations.users import (
    change_own_email,
    create_user,
    deactivate_user,
    reactivate_user,
    update_user,
)

__all__ = [
    "PEOPLE_AT_ONCE",
    "Entered",
    "InvitationGone",
    "WrongPassword",
    "accept_invitation",
    "add_group",
    "add_position",
    "appoint_administrator",
    "change_own_email",
    "change_password",
    "create_api_token",
    "create_user",
    "deactivate_user",
    "define_role",
    "end_holding",
    "ensure_position",
    "import_people",
    "invite",
    "invite_waiting",
    "invited_user",
    "join_accounts",
    "name_head",
    "open_join_code",
    "part_accounts",
    "put_in_post",
    "reactivate_user",
    "revoke_api_token",
    "set_groups",
    "set_roles",
    "update_user",
]
