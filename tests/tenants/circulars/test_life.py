"""The whole life of a circular: drafted from figures, written, signed off, sent down, read below, corrected."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from tenants.circulars import body, operations, queries
from tenants.circulars.figures import gather
from tenants.circulars.models import Circular
from tenants.circulars.tables import Figures, differences
from tenants.items.models import State
from tenants.items.texts import Texts
from tenants.papers import queries as papers
from tenants.papers.operations import read_paper
from tenants.review import operations as review
from tenants.review.models import Task
from tests.tenants.circulars.conftest import Stage
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.exchange.models import Delivery, Paper, PaperKind
from zhitong.ranking.figures import standings
from zhitong.ranking.periods import Period

pytestmark = pytest.mark.django_db


def test_it_is_drafted_from_the_standings(stage: Stage) -> None:
    circular = stage.begun()
    figures = Figures.of_json(circular.figures)
    rows = {str(row.unit.uuid): row for row in standings(stage.rules, stage.when)}
    assert (figures.own.received, figures.own.adopted) == (1, 1)
    [counties, parties] = figures.tables
    assert [row.name for row in counties.rows] == ["南海区政协", "禅城区政协"]
    assert [row.name for row in parties.rows] == ["民盟佛山市委会"]
    for row in (figures.own, *counties.rows):
        there = rows[row.key]
        assert (row.received, row.adopted, row.sent, row.higher, row.points, row.rank) == (
            there.received, there.adopted, there.sent, there.higher, there.points, there.rank,
        )  # fmt: skip
    assert (counties.silent, counties.unheard) == (["禅城区政协"], [])
    assert counties.rows[0].points > 0
    text = circular.item
    month = stage.when.words.replace(" ", "")
    assert text.title == f"关于{month}社情民意信息报送采用情况的通报"
    assert text.problem.startswith(f"{month}，佛山市政协共收到社情民意信息1篇，采用1篇，采用率100.00%")
    assert f"得分居前的是南海区政协（{counties.rows[0].words}分）" in text.analysis
    assert "零报送：禅城区政协。" in text.analysis
    assert "零报送、零采用的单位要查找原因" in text.suggestions


def test_only_a_period_that_is_over_has_one_and_only_one(stage: Stage) -> None:
    with stage.city.unit:
        actor, today = stage.city.clerk.actor, clock.today()
        for when in (Period.of_month(today.year, today.month), Period.of_year(today.year)):
            with pytest.raises(InvalidInput, match="还没有结束"):
                operations.begin(actor=actor, when=when)
        with pytest.raises(InvalidInput, match="按月、季"):
            operations.begin(actor=actor, when=Period(stage.when.first, stage.when.first))
        operations.begin(actor=actor, when=stage.when)
        with pytest.raises(WrongState, match="已有一份通报"):
            operations.begin(actor=actor, when=stage.when)
        with pytest.raises(NotAllowed):
            operations.begin(actor=stage.city.leader.actor, when=stage.when)


def test_the_text_is_free_and_the_figures_are_not(stage: Stage) -> None:
    circular = stage.begun()
    frozen = circular.figures
    with stage.city.unit:
        actor, version = stage.city.clerk.actor, circular.item.version
        texts = Texts(circular.item.title, "本月情况。", "", "请核对。")
        operations.write(actor=actor, circular_uuid=circular.uuid, version=version, texts=texts)
        with pytest.raises(StaleVersion):
            operations.write(
                actor=actor,
                circular_uuid=circular.uuid,
                version=version,
                texts=Texts(texts.title, "另一句。", "", "好。"),
            )
        circular = Circular.objects.select_related("item").get(pk=circular.pk)
        assert (circular.item.problem, circular.figures) == ("本月情况。", frozen)


def test_figures_are_taken_anew_until_it_is_handed_in(stage: Stage) -> None:
    circular = stage.begun()
    stage.later_instruction()
    with stage.city.unit:
        actor = stage.city.clerk.actor
        fresh = operations.refresh(actor=actor, circular_uuid=circular.uuid, redraft=True)
        [changed, *_] = differences(Figures.of_json(circular.figures), Figures.of_json(fresh.figures))
        assert changed.words == "南海区政协批示由 0 改为 1"
        assert "获批示1件" in fresh.item.problem
    stage.handed_in(circular)
    with stage.city.unit, pytest.raises(WrongState, match="不能改"):
        operations.refresh(actor=actor, circular_uuid=circular.uuid, redraft=False)


def test_signed_off_returned_and_signed(stage: Stage) -> None:
    circular = stage.begun()
    stage.handed_in(circular)
    with stage.city.unit:
        actor = stage.city.clerk.actor
        task = Task.objects.get(run__item=circular.item, state=Task.State.OPEN)
        assert task.holder == stage.city.leader
        with pytest.raises(WrongState, match="审核中"):
            operations.publish(actor=actor, circular_uuid=circular.uuid, to=[stage.county.unit.uuid])
        review.decide_return(actor=task.holder.actor, task_uuid=task.uuid, reason="写明零报送的原因", to=review.AUTHOR)
        circular.item.refresh_from_db()
        assert circular.item.state == State.RETURNED
        with pytest.raises(StaleVersion):
            operations.hand_in(actor=actor, circular_uuid=circular.uuid, version=circular.item.version - 1)
    signed = stage.signed(circular)
    assert signed.item.state == State.APPROVED


def test_published_it_is_frozen_numbered_and_read_below(stage: Stage) -> None:
    circular = stage.begun()
    paper = stage.published(circular)
    assert (paper.uuid, paper.kind, paper.unit) == (circular.uuid, PaperKind.CIRCULAR, stage.city.unit)
    names = sorted(paper.enclosures.values_list("name", flat=True))
    assert [name.rpartition(".")[2] for name in names] == ["docx", "pdf", "xlsx"]
    assert "数据截至" in paper.body
    assert "一、总体情况" in paper.body
    with stage.city.unit:
        frozen = Circular.objects.select_related("item").get(pk=circular.pk)
        assert (frozen.year, frozen.number, frozen.edition) == (clock.today().year, 1, 1)
        assert queries.digest_holds(frozen)
        with pytest.raises(WrongState, match="已经下发"):
            operations.publish(actor=stage.city.clerk.actor, circular_uuid=circular.uuid, to=[stage.county.unit.uuid])
        run = queries.latest_run(frozen)
        assert run is not None
        with pytest.raises(WrongState, match="已经下发，不能收回"):
            review.take_back(actor=stage.city.leader.actor, run_uuid=run.uuid, reason="想再看看")
        for change in ({"figures": {}}, {"correction": "改"}, {"sha256": ""}):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                Circular.objects.filter(pk=circular.pk).update(**change)
    with stage.county.unit:
        delivery = papers.get_delivery(Delivery.objects.get(paper=paper, receiver=stage.county.unit).uuid)
        assert delivery.paper.title == circular.item.title
        with pytest.raises(NotFound):  # the unit's people read it once it is passed on, or open to them
            read_paper(actor=stage.county.author.actor, paper_uuid=paper.uuid)


def test_the_figures_differ_later_and_a_corrected_edition_says_so(stage: Stage) -> None:
    circular = stage.begun()
    first = stage.published(circular)
    stage.later_instruction()
    office = stage.city
    with office.unit:
        corrected = operations.correct(actor=office.clerk.actor, circular_uuid=circular.uuid)
        assert "南海区政协批示由 0 改为 1" in corrected.correction
        assert corrected.item.title.endswith("（更正版）")
        with pytest.raises(WrongState, match="已经有更正版"):
            operations.correct(actor=office.clerk.actor, circular_uuid=circular.uuid)
    second = stage.published(corrected)
    assert (second.replaces, second.uuid) == (first, corrected.uuid)
    with office.unit:
        before = Circular.objects.select_related("item").get(pk=circular.pk)
        after = Circular.objects.select_related("item", "replaces__item").get(pk=corrected.pk)
        assert (after.year, after.number, after.edition) == (before.year, before.number, 2)
        assert queries.correction_of(before) == after
        assert queries.digest_holds(before)
        words = body.correction_words(after, office.unit.mark)
        assert f"代替{body.number_words(before, office.unit.mark)}" in words
        assert second.body.startswith("本期为更正版")
        assert not differences(
            Figures.of_json(after.figures), Figures.of_json(gather(office.unit, stage.when)[0].as_json())
        )
    assert Paper.objects.get(replaces=first) == second


def test_a_corrected_edition_says_what_and_that(stage: Stage) -> None:
    circular = stage.begun()
    stage.published(circular)
    office = stage.city
    with office.unit:
        actor = office.clerk.actor
        corrected = operations.correct(actor=actor, circular_uuid=circular.uuid)
        assert corrected.correction == ""
        with pytest.raises(InvalidInput, match="更正了什么"):
            operations.hand_in(actor=actor, circular_uuid=corrected.uuid, version=corrected.item.version)
        texts = Texts(circular.item.title, corrected.item.problem, "", "请核对。")
        written = operations.write(
            actor=actor, circular_uuid=corrected.uuid, version=corrected.item.version, texts=texts, correction="错字。"
        )
        with pytest.raises(InvalidInput, match="更正版"):
            operations.hand_in(actor=actor, circular_uuid=corrected.uuid, version=written.item.version)


def test_what_was_not_signed_gives_its_place_to_another(stage: Stage) -> None:
    circular = stage.begun()
    stage.handed_in(circular)
    with stage.city.unit:
        task = Task.objects.get(run__item=circular.item, state=Task.State.OPEN)
        review.decide_decline(actor=task.holder.actor, task_uuid=task.uuid, reason="与季通报合并")
        with pytest.raises(WrongState, match="不能下发"):
            operations.publish(actor=stage.city.clerk.actor, circular_uuid=circular.uuid, to=[stage.county.unit.uuid])
        with pytest.raises(WrongState, match="没送审过"):
            operations.delete(actor=stage.city.clerk.actor, circular_uuid=circular.uuid)
    again = stage.begun()
    assert again.pk != circular.pk
    with stage.city.unit:
        operations.delete(actor=stage.city.clerk.actor, circular_uuid=again.uuid)
        assert list(Circular.objects.values_list("pk", "given_up")) == [(circular.pk, True)]


def test_quarters_and_years_have_theirs(stage: Stage) -> None:
    office = stage.province
    quarter = Period.of_quarter(stage.when.year - 1, 1)
    with office.unit:
        circular = operations.begin(actor=office.clerk.actor, when=quarter)
        assert circular.period == quarter.code
        assert f"{quarter.year}年第一季度" in circular.item.title
        figures = Figures.of_json(circular.figures)
        assert [table.name for table in figures.tables] == ["市级政协", "区县级政协"]
        assert figures.tables[0].total.points == Decimal(0)
