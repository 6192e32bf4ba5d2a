"""What came down in the demo's last weeks: a call over three levels with answers, topics, a notice, an exemplar."""

from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items import operations as items
from tenants.items.models import Item, State
from tenants.papers import operations as papers
from tenants.review import operations as review
from zhitong.core import clock
from zhitong.core.operations import Actor, system
from zhitong.core.tables import Sheet, write_workbook
from zhitong.demo.content import papers as words
from zhitong.demo.content.papers import AnswerSeed, PaperSeed
from zhitong.demo.content.people import authors_of, walker
from zhitong.demo.history import decide
from zhitong.demo.world import World
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Audience, Delivery, Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.exchange.queries import unreceived_papers
from zhitong.units.models import Unit
from zhitong.units.queries import units_below


def send_down(world: World) -> int:
    """Let 广东, 佛山 and 南海 send papers down and people answer; return how many papers."""
    province, city, county = (world.units[host] for host in ("guangdong", "foshan", "nanhai"))
    _mark_people(world, county)
    with province, _days_ago(20):
        cities = [unit for unit in units_below(province) if unit.parent_id == province.pk and unit.level == "city"]
        call = _publish(province, PaperKind.CALL, words.PROVINCE_CALL, cities, due_in=34)
        _publish(province, PaperKind.TOPICS, words.PROVINCE_TOPICS, cities, open_to_members=True)
    with city, _days_ago(18):
        counties = [unit for unit in units_below(city) if unit.parent_id == city.pk]
        middle = _pass_on(city, call, words.PROVINCE_CALL, counties, due_in=28)
        _show_the_best(city, counties)
    _receive(cities, days=19)
    _receive(counties, days=17)
    with county, _days_ago(16):
        asked = [world.user("nanhai", seed.username) for seed in authors_of("nanhai")[: len(words.MARKS)]]
        asked = list({user.pk: user for user in [*asked, world.user("nanhai", walker().username)]}.values())
        below = _pass_on(county, middle, words.PROVINCE_CALL, [], due_in=24, people=asked)
        _publish(county, PaperKind.READING, words.COUNTY_READING, [], audience=Audience.ALL)
    writers = [user for user in asked if user.username != walker().username]
    for days, writer, answer in zip((12, 6), writers, words.ANSWERS, strict=False):
        _answer(county, city, below, writer, answer, days=days)
    with county, _days_ago(4):
        _publish(county, PaperKind.CALL, words.COUNTY_CALL, [], due_in=12, audience=Audience.ALL)
        notice = _publish(county, PaperKind.NOTICE, words.COUNTY_NOTICE, [], audience=Audience.ALL, needs_confirm=True)
        for user in asked[1:5]:
            papers.confirm_paper(actor=user.actor, paper_uuid=notice.uuid)
    return Paper.objects.count()


def _mark_people(world: World, county: Unit) -> None:
    with county:
        for seed, (tags, expertise) in zip(authors_of("nanhai"), words.MARKS, strict=False):
            changes = {"tags": tags, "expertise": expertise}
            user = world.user("nanhai", seed.username)
            accounts.update_user(actor=system(county.pk, "平台"), user=user, changes=changes)


def _publish(
    unit: Unit,
    kind: PaperKind,
    seed: PaperSeed,
    to: list[Unit],
    *,
    due_in: int = 0,
    people: list[User] | None = None,
    audience: Audience = Audience.NOBODY,
    parent: Delivery | None = None,
    open_to_members: bool = False,
    needs_confirm: bool = False,
) -> Paper:
    new = NewPaper(
        uuid=uuid4(),
        kind=kind,
        title=seed.title,
        body=seed.body,
        due_on=clock.today() + timedelta(days=due_in) if due_in else None,
        needs_confirm=needs_confirm,
        open_to_members=open_to_members,
        audience=Audience.NAMED if people else audience,
    )
    uuid = parent.uuid if parent else None
    return papers.publish(actor=_clerk(unit), new=new, to=[one.uuid for one in to], people=people or [], parent=uuid)


def _pass_on(
    unit: Unit, call: Paper, seed: PaperSeed, to: list[Unit], *, due_in: int, people: list[User] | None = None
) -> Paper:
    delivery = Delivery.objects.get(paper=call, receiver=unit)
    return _publish(unit, PaperKind.CALL, seed, to, due_in=due_in, people=people, parent=delivery)


def _receive(units: list[Unit], *, days: int) -> None:
    """Let each unit receipt what came down to it."""
    for unit in units:
        with unit, _days_ago(days):
            for uuid in unreceived_papers(unit.pk).values_list("uuid", flat=True):
                exchange.receive_paper(actor=_clerk(unit), delivery_uuid=uuid)


def _show_the_best(city: Unit, counties: list[Unit]) -> None:
    """Show an own item that the city adopted."""
    own = Item.objects.filter(state=State.APPROVED, dispatch_uuid__isnull=True, is_merged=False)
    item = own.order_by("-decided_at").first()
    if item is None:
        return
    new = NewPaper(uuid4(), PaperKind.EXEMPLAR, item.title, words.EXEMPLAR_WORDS, open_to_members=True)
    papers.show_item(actor=_clerk(city), new=new, item_uuid=item.uuid, to=[unit.uuid for unit in counties])


def _answer(county: Unit, city: Unit, call: Paper, writer: User, seed: AnswerSeed, *, days: int) -> None:
    """Let somebody answer, the county adopt and send it; the city adopts the first."""
    with county, _days_ago(days):
        papers.read_paper(actor=writer.actor, paper_uuid=call.uuid)
        draft = papers.write_for_call(actor=writer.actor, paper_uuid=call.uuid)
        texts = {name: getattr(seed, name) for name in ("title", "problem", "analysis", "suggestions", "category")}
        saved = items.save_draft(actor=writer.actor, item_uuid=draft.uuid, version=draft.version, changes=texts)
        if seed.visits:
            table = write_workbook([Sheet("走访情况", words.VISITS_HEAD, seed.visits)])
            file = ContentFile(table, words.VISITS_FILE)
            items.attach(actor=writer.actor, item_uuid=saved.uuid, file=file)
        review.submit(actor=writer.actor, item_uuid=saved.uuid, version=saved.version)
        if days < 10:
            return
        item = Item.objects.get(uuid=saved.uuid)
        decide(item, "adopted", "", AdoptionMode.SINGLE)
        item.refresh_from_db()
        [sent] = desk.send(actor=_clerk(county), item_uuid=item.uuid, version=item.version, to=[f"u:{city.uuid}"])
    with city, _days_ago(days - 2):
        taken = desk.accept(actor=_clerk(city), dispatch_uuid=sent.uuid)
        decide(taken, "adopted", "", AdoptionMode.SINGLE)


def _clerk(unit: Unit) -> Actor:
    return system(unit.pk, User.objects.filter(roles__code="clerk").order_by("id")[0].name)


def _days_ago(days: int) -> AbstractContextManager[None]:
    return clock.at(clock.now() - timedelta(days=days))
