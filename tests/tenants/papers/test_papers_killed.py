"""What goes down, with the process killed at every word: whole or not there, and everybody told once."""

from io import StringIO

from django.core.management import call_command

from tenants.items import operations as items
from tenants.items.models import Item
from tenants.papers import operations as papers
from tenants.papers.models import Reader
from tenants.review import operations as review
from tests.factories import TEXT, refuse_failed_messages
from tests.platform.exchange.test_races import unit_of
from tests.tenants.desk.conftest import people
from tests.tenants.desk.test_killed import at_every_word, in_unit, killed_at, titles, waiting
from tests.tenants.papers.conftest import new_paper
from zhitong.core import outbox
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, CallAnswer, Delivery, Paper, PaperKind


def test_publishing_passing_on_and_answering_are_whole_or_not_there(committed: None) -> None:
    city, county = people(unit_of("foshan"), "b_"), people(unit_of("nanhai"), "a_")
    units = (city.unit, county.unit)
    with city.unit:
        sender = city.clerk.actor
    with county.unit:
        clerk, writer, member = county.clerk.actor, county.author.actor, county.author
    call = new_paper(audience=Audience.NAMED)
    killed = {
        "publish": at_every_word(
            in_unit(
                city.unit, papers.publish,
                actor=sender, new=call, to=[county.unit.uuid], people=[city.author],
            ),
            *units,
        )
    }  # fmt: skip
    delivery, own = Delivery.objects.get(), new_paper(audience=Audience.NAMED, due_on=call.due_on)
    for name, act, given in (
        ("receive", exchange.receive_paper, {"actor": clerk, "delivery_uuid": delivery.uuid}),
        ("pass on", papers.publish,
         {"actor": clerk, "new": own, "people": [member], "parent": delivery.uuid}),
        ("read", papers.read_paper, {"actor": writer, "paper_uuid": own.uuid}),
        ("write", papers.write_for_call, {"actor": writer, "paper_uuid": own.uuid}),
    ):  # fmt: skip
        killed[name] = at_every_word(in_unit(county.unit, act, **given), *units)
    with county.unit:
        draft = Item.objects.get()
        saved = items.save_draft(actor=writer, item_uuid=draft.uuid, version=draft.version, changes=TEXT)
    submit = in_unit(county.unit, review.submit, actor=writer, item_uuid=saved.uuid, version=saved.version)
    killed["submit"] = at_every_word(submit, *units)
    urge = in_unit(city.unit, papers.urge_people, actor=sender, paper_uuid=call.uuid)
    killed["urge"] = at_every_word(urge, *units)
    withdraw = in_unit(city.unit, exchange.withdraw_paper, actor=sender, paper_uuid=call.uuid, reason="另行通知")
    killed["withdraw"] = at_every_word(withdraw, *units)
    assert all(times >= 2 for times in killed.values()), killed
    assert Paper.objects.count() == 2
    assert Delivery.objects.count() == CallAnswer.objects.count() == 1
    with county.unit:
        assert Reader.objects.filter(is_addressed=True).count() == 1
    call_command("exchange_verify", stdout=StringIO())
    call_command("audit_verify", stdout=StringIO())


def test_everybody_is_told_once_though_every_worker_dies(committed: None) -> None:
    city, county = people(unit_of("foshan"), "b_"), people(unit_of("nanhai"), "a_")
    new = new_paper(PaperKind.NOTICE, open_to_members=True, audience=Audience.ALL)
    with city.unit:
        papers.publish(actor=city.clerk.actor, new=new, to=[county.unit.uuid])
    killed = 0
    while killed_at(killed, outbox.drain):
        killed += 1
        waiting().update(leased_until=None, attempts=0)
    assert killed > 20
    assert not waiting().exists()
    refuse_failed_messages()
    for office in (city, county):
        for reader in (office.author, office.clerk, office.leader, office.reader):
            assert titles(office.unit, reader, "paper.notice") == [f"佛山市政协通知：{new.title}"]
