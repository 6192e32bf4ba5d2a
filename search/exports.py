"""The hits of a question as an export: all of them, in the order of its pages, with the rights inside the query."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from search.asking import DOWN, all_of, facet_words
from search.backend import EngineDown
from search.documents import Document
from search.forms import kept, read_query, said
from search.rights import reader_of
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, register

_COLUMNS = ("种类", "编号", "标题", "反映人", "来自", "类别", "状态", "日期", "采用级别", "采用情况")


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
            document.day,
            words["level"].get(document.level, ""),
            "；".join(document.outcomes),
        )


def _title(asked: QueryDict) -> str:
    return f"检索 {said(kept(read_query(asked)[0]))}"[:60]


register(Exporter("search.hits", "检索结果", "search.use", _COLUMNS, _hits, _title))
