"""What the archive suggests to reviewers: the category of a text, and who usually handles such texts."""

from search.suggesting.learning import learn
from search.suggesting.targets import all_targets
from tenants.items.models import Item
from tenants.review.models import FlowVersion, Run
from tenants.review.suggesting import HANDLER, usual_handler
from tests.factories import make_user
from tests.tenants.items.test_category_hint import HEALTH, teach
from tests.tenants.review.conftest import House, task_of
from tests.tenants.review.pages import client, page_of
from tests.tenants.review.pages import said as text_of
from zhitong.core import clock

CHOOSE = {"who": [{"kind": "chosen_by_previous"}], "mode": "any"}


def test_whoever_decides_reads_it_beside_another_category(house: House) -> None:
    teach(house.unit)
    _, page = page_of(house, house.research, house.submit(**HEALTH, category="其他"))
    assert "归类提示" in page
    assert "医疗卫生（把握 9" in page


def test_it_is_silent_where_the_category_is_the_usual_one(house: House) -> None:
    teach(house.unit)
    _, page = page_of(house, house.research, house.submit(**HEALTH, category="医疗卫生"))
    assert "归类提示" not in page


def test_who_usually_handles_such_texts_is_said_where_the_next_one_is_chosen(house: House) -> None:
    lin = make_user(house.unit, "lin", name="林秋", roles=["clerk"])
    house.publish({"posts": ["research"], "mode": "any"}, CHOOSE)
    run = house.submit(**HEALTH)
    task = task_of(house.research, run)
    address = f"/review/tasks/{task.uuid}/?decide=pass"
    assert "常办这类稿件" not in text_of(client(house, house.research).get(address))
    teach(house.unit, copies=110)
    version, now = FlowVersion.objects.latest("pk"), clock.now()
    usual = {"医疗卫生": lin, "交通运输": house.secretary}
    Run.objects.bulk_create(
        Run(
            item=item,
            flow_version=version,
            state=Run.State.PASSED,
            started_at=now,
            ended_at=now,
            choices={"s2": [str(usual[item.category].uuid)]},
        )
        for item in Item.objects.filter(category__in=usual, year=2020)
    )
    assert learn(next(target for target in all_targets() if target.name == HANDLER))
    page = text_of(client(house, house.research).get(address))
    assert page.count("常办这类稿件，把握 9") == 1
    hint = page.index("常办这类稿件")
    assert page.rindex("林秋", 0, hint) > page.rindex("checkbox", 0, hint)
    assert usual_handler(run.item, [lin.uuid, house.secretary.uuid])[0] == str(lin.uuid)
    assert usual_handler(run.item, [house.secretary.uuid]) == ("", "")
