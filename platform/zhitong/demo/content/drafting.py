"""What any invented report needs beside its text: who submits it, as what, how urgent, from which source."""

from dataclasses import dataclass
from random import Random

from zhitong.demo.content.people import PersonSeed
from zhitong.demo.content.seeds import Source, SubmitterKind, Urgency

_SOURCES: tuple[Source, ...] = ("原创", "约稿", "调研转化", "提案转化", "协商转化", "会议发言")
_SOURCE_WEIGHTS = (60, 13, 12, 8, 4, 3)
_URGENCIES: tuple[Urgency, ...] = ("一般", "重要", "紧急")
_URGENCY_WEIGHTS = (84, 13, 3)

DECLINED_REASONS = (
    "所反映情况近期媒体已有较多报道，内容雷同，不予采用。",
    "与已立案提案内容重复，按规定不再作为信息采用。",
    "情况反映较笼统，缺少具体事实和数据支撑，建议补充后再报。",
    "属部门日常工作范围，有关单位已在办理，不作信息采用。",
    "建议部分操作性不强，未写明由谁来办、怎么办。",
    "有关部门已出台相应措施，信息时效性不足。",
    "与本期已采用信息反映的问题相近，不再重复采用。",
    "选题偏小，建议直接向所在镇街反映解决。",
)
KEPT_REASONS = (
    "选题较好，待收集同类信息后综合报送，先予留存。",
    "所涉政策正在修订，留存备用，视进展再报。",
    "留作下季度专题信息素材。",
    "转有关专委会作调研参考，信息留存。",
)
UPPER_DECLINED_REASONS = (
    "市内近期已采用同类信息，不再重复采用。",
    "所反映问题地域性较强，建议由区级协调解决。",
    "市有关部门已部署专项工作，暂不采用。",
)
UPPER_KEPT_REASONS = ("留存，拟与其他区来稿综合。", "留存，作专题调研参考。")


@dataclass(frozen=True, slots=True)
class Submission:
    """How a report came in."""

    authors: tuple[str, ...]
    kind: SubmitterKind
    urgency: Urgency
    source: Source


def _kind_for(person: PersonSeed, rng: Random) -> SubmitterKind:
    if person.member_kind == "委员":
        kinds: tuple[SubmitterKind, ...] = ("委员", "界别", "专委会", "联系点")
        return rng.choices(kinds, (80, 9, 6, 5))[0]
    if person.party and rng.random() < 0.6:
        return "党派团体"
    return "信息员"


def submission(authors: tuple[PersonSeed, ...], sector: str, rng: Random) -> Submission:
    """Draw who submits a report on a matter close to `sector`, mostly somebody of that sector."""
    close = [person for person in authors if sector and f"{sector}界" in person.groups]
    first = rng.choice(close) if close and rng.random() < 0.45 else rng.choice(authors)
    others = [person for person in authors if person is not first]
    seconds = rng.sample(others, 1) if others and rng.random() < 0.12 else []
    return Submission(
        authors=tuple(person.username for person in (first, *seconds)),
        kind=_kind_for(first, rng),
        urgency=rng.choices(_URGENCIES, _URGENCY_WEIGHTS)[0],
        source=rng.choices(_SOURCES, _SOURCE_WEIGHTS)[0],
    )
