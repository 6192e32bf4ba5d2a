"""Lists of search as exports: the hits of a question with the rights inside the query, hot subjects, their items."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from search import hot_views
from search.asking import DOWN, all_of, facet_words
from search.backend import EngineDown
from search.clusters.subjects import behind, get_subject
from search.documents import Document
from search.forms import kept, read_query, said
from search.models import HotSubject
from search.rights import reader_of
from search.sources import day_words
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.core.text import whole_number
from zhitong.exports.registry import Exporter, Rows, register

_COLUMNS = ("种类", "编号", "标题", "反映人", "来自", "类别", "状态", "日期", "采用级别", "采用情况")
_SUBJECTS = ("名次", "事项", "篇数", "单位数", "上期篇数", "比上期")
_ITEMS = ("编号", "标题", "单位", "提交")


def _hits(actor: Actor, asked: QueryDict) -> Rows:
    query, _doubt = read_query(asked)
    if not (kept(query).keys() - {"sort", "apart"}):
        raise InvalidInput("请先检索，再导出结果。")
    try:
        total, found = all_of(query, reader_of(actor))
    except EngineDown as error:
        raise WrongState(DOWN) from error
    return total, _told(found)


def _told(found: Iterator[Document]) -> Iterator[Sequence[Value]]:
    words = facet_words()
    for document in found:
        yield (
            words["kind"].get(document.kind, ""),
            document.number_label,
            document.title,
            "、".join(document.author_names),
            document.from_unit,
            document.category,
            words["state"].get(document.state, ""),
            day_words(document),
            words["level"].get(document.level, ""),
            "；".join(document.outcomes),
        )


def _subjects(actor: Actor, asked: QueryDict) -> Rows:
    scope, when = hot_views.asked(actor, asked)
    found, against = hot_views.subjects(actor, scope, when), f"比{when.before.words}"
    rows = [
        (one.place, one.name, one.items, one.units, one.before, hot_views.trend(one, against).word) for one in found
    ]
    return len(rows), rows


def _open(actor: Actor, asked: QueryDict) -> None:
    hot_views.subjects(actor, *hot_views.asked(actor, asked))


def _behind(actor: Actor, asked: QueryDict) -> Rows:
    found = behind(actor, _subject(actor, asked))
    return len(found), ((one.number, one.title, one.unit, one.day) for one in found)


def _subject(actor: Actor, asked: QueryDict) -> HotSubject:
    key = whole_number(asked.get("subject", ""))
    if key is None:
        raise NotFound
    return get_subject(actor, key)


def _title(asked: QueryDict) -> str:
    return f"检索 {said(kept(read_query(asked)[0]))}"[:60]


register(Exporter("search.hits", "检索结果", "search.use", _COLUMNS, _hits, _title))
register(Exporter("search.hot", "热点", None, _SUBJECTS, _subjects, lambda _asked: "热点", _open))
register(Exporter("search.hot_items", "热点的稿件", None, _ITEMS, _behind, lambda _asked: "热点的稿件", _subject))
