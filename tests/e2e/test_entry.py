"""The first minute of a person in a real browser: the invitation, the password, the own home."""

from collections.abc import Callable

import pytest

from tenants.accounts import operations
from tests.e2e.people import PHONE, Person
from tests.factories import PASSWORD, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e


def test_the_link_of_an_invitation_leads_to_the_own_home(committed: None, sit_down: Callable[..., Person]) -> None:
    """A browser says where a form comes from, which the test client does not: the form must be taken from it too."""
    unit = Unit.objects.get(domains__domain="nanhai.localhost")
    user = make_user(unit, "limei", name="李梅")
    with unit:
        path = operations.invite(actor=system(unit.pk), user=user)
    person = sit_down(user, unit, phone=True)
    person.go(path)
    person.sees("李梅")
    for field in person.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    person.press("设好密码并登录")
    person.page.wait_for_url(f"{person.base}/")
    person.sees("密码已设好", "李梅")
    opens_the_menu(person)


def opens_the_menu(person: Person) -> None:
    """On a phone the menu is the only way to half of the pages: all of it must lie on the screen."""
    person.page.get_by_label("菜单").click()
    box = person.page.locator(".zt-bar .zt-menu-list").locator("visible=true").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    person.press("退出")
    person.sees("已退出")
