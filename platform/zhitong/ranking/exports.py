"""Rankings, the lists behind their figures, and statistics as exports: what their pages show the same reader."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exchange.models import Dispatch, ItemFact
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.ranking import queries, words
from zhitong.ranking.models import LedgerEntry, RuleSet
from zhitong.ranking.narrowing import read_narrowing
from zhitong.ranking.views.common import period_in, plain
from zhitong.ranking.views.rankings import BY, columns_of, ranked_rows, ranking_title
from zhitong.ranking.views.standings import counted_title, items_counted, ledger_asked, ledger_lines
from zhitong.ranking.views.statistics import all_tables, sendings_asked
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

_COUNTED = ("编号", "单位", "来稿日期", "类别", "结果")
LEDGER = ("日期", "事件", "说明", "条款", "算式", "分", "计入")
_SENDINGS = ("编号", "报送单位", "接收单位", "报送日期", "现在")
_STATISTICS = ("统计表", "项目", "指标", "数")


def _ranking(actor: Actor, asked: QueryDict) -> Rows:
    rows = ranked_rows(actor, unit_in_force(), asked)
    told = (
        [
            row.rank or None,
            row.change.word if row.change else "",
            row.name,
            row.note,
            *(figure.value for figure in row.figures),
            row.points,
        ]
        for row in rows
    )
    return len(rows), told


def _counted(actor: Actor, asked: QueryDict) -> Rows:
    facts = items_counted(actor, unit_in_force(), _unit(asked), asked)[-1]
    return facts.count(), by_batches(facts.order_by("-pk"), _items)


def _items(some: Sequence[ItemFact]) -> Iterator[Sequence[Value]]:
    outcomes = queries.outcomes(some)
    for fact in some:
        came_of_it = words.outcomes(outcomes[fact.item_uuid])
        yield fact.number_label, fact.unit.short_name, fact.submitted_on, fact.category or "未分类", came_of_it


def _sendings(actor: Actor, asked: QueryDict) -> Rows:
    _scope, _state, found = sendings_asked(actor, unit_in_force(), asked)
    return found.count(), by_batches(found.order_by("-pk"), _sent)


def _sent(some: Sequence[Dispatch]) -> Iterator[Sequence[Value]]:
    labels = queries.numbers(some)
    for each in some:
        number = labels.get(each.item_uuid, "")
        yield number, each.sender.short_name, each.receiver_name, each.sent_at, each.get_state_display()


def _statistics(actor: Actor, asked: QueryDict) -> Rows:
    found = [
        (table.title, label, figure.label, figure.value)
        for table in all_tables(actor, unit_in_force(), asked)
        for label, figures in table.rows
        for figure in figures
    ]
    return len(found), found


def _ledger(actor: Actor, asked: QueryDict) -> Rows:
    own = unit_in_force()
    unit, rules = ledger_asked(actor, own, _unit(asked), asked)
    if rules is None:
        return 0, ()
    found = queries.entries(rules, unit, period_in(asked, own), read_narrowing(plain(asked)).person)
    return ledger_rows(actor, own, unit, rules, found)


def ledger_rows(actor: Actor, own: Unit, unit: Unit, rules: RuleSet, found: QuerySet[LedgerEntry]) -> Rows:
    """Return lines of a unit's ledger under `LEDGER`, as far as the actor may read them."""

    def told(some: Sequence[LedgerEntry]) -> Iterator[Sequence[Value]]:
        for entry, line in zip(some, ledger_lines(actor, own, unit, rules, some), strict=True):
            counts = "否" if line.off else "是"
            yield entry.counted_on, line.event, line.note, line.clause, line.arithmetic, entry.points, counts

    return found.count(), by_batches(found, told)


def _ledger_title(asked: QueryDict) -> str:
    return f"{Unit.objects.get(uuid=_unit(asked)).short_name}{period_in(asked, unit_in_force()).words}得分明细"


def _listed(actor: Actor, asked: QueryDict) -> None:
    items_counted(actor, unit_in_force(), _unit(asked), asked)


def _opened(actor: Actor, asked: QueryDict) -> None:
    ledger_asked(actor, unit_in_force(), _unit(asked), asked)


def _unit(asked: QueryDict) -> UUID:
    try:
        return UUID(asked.get("unit", ""))
    except ValueError as error:
        raise NotFound from error


def _counted_title(asked: QueryDict) -> str:
    when, part = period_in(asked, unit_in_force()), read_narrowing(plain(asked))
    return counted_title(Unit.objects.get(uuid=_unit(asked)), asked.get("what", "received"), when, part)


def _ranking_title(asked: QueryDict) -> str:
    return ranking_title(unit_in_force(), asked)


def _days(what: str) -> Callable[[QueryDict], str]:
    return lambda asked: f"{period_in(asked, unit_in_force()).words}{what}"


for _by, _label in BY.items():
    _heads = ("名次", "升降", _label, "说明", *columns_of(_by), "得分")
    register(Exporter(f"ranking.{_by}", f"{_label}排名", "ranking.read", _heads, _ranking, _ranking_title))
register(Exporter("ranking.counted", "计数的稿件", None, _COUNTED, _counted, _counted_title, _listed))
register(Exporter("ranking.ledger", "得分明细", None, LEDGER, _ledger, _ledger_title, _opened))
register(Exporter("ranking.sendings", "报送", "ranking.read", _SENDINGS, _sendings, _days("报送")))
register(Exporter("ranking.statistics", "统计", "ranking.read", _STATISTICS, _statistics, _days("统计")))
