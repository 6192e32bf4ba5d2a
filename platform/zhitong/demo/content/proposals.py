"""The proposals that 南海 has filed in the demo: a list as a committee for proposals keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhitong.demo.content.chance import seeded
from zhitong.demo.content.matters import matters
from zhitong.demo.content.seeds import ItemSeed
from zhitong.demo.content.writing import Draft, Place, write


@dataclass(frozen=True, slots=True)
class _Filed:
    """One proposal: matter and aspect of the bank it is written from, who made it, who handles it."""

    matter: str
    aspect: int
    seen: str
    proposers: str
    handlers: str


# Of the year before, but for the last two.
_FILED = (
    _Filed("ebike", 0, "大沥镇", "民盟南海总支", "区住建局、区消防救援大队"),
    _Filed("property-mgmt", 1, "桂城街道", "社会福利和社会保障界", "区住建局"),
    _Filed("river", 0, "里水镇", "九三学社南海支社、环境资源界", "区生态环境局、区水利局"),
    _Filed("school-road", 0, "狮山镇", "教育界", "区交通运输局、区教育局"),
    _Filed("home-care", 0, "西樵镇", "农工党南海总支", "区民政局"),
    _Filed("village-park", 0, "丹灶镇", "工商联界、民建南海总支", "区自然资源局"),
    _Filed("bus", 1, "狮山镇", "总工会界", "区交通运输局"),
    _Filed("library", 0, "九江镇", "文化艺术界", "区文化广电旅游体育局"),
)
_THIS_YEAR = 2
_MEMBERS, _OFFICE = "提案委员会", "区政府办公室"


def filed(today: date, reports: Iterable[ItemSeed], seed: int) -> list[dict[str, str | int]]:
    """Return the rows of the list by the names of the import.

    The last row says nearly word for word what the first of `reports` that waits at the research office says, so that
    its reviewer sees the mark.
    """
    rows: list[dict[str, str | int]] = []
    before = len(_FILED) - _THIS_YEAR
    for index, one in enumerate(_FILED):
        year = today.year - (index < before)
        rows.append(_row(year, index + 1 if index < before else index - before + 1, one, seed))
    report = next(one for one in reports if _waits(one))
    rows.append(
        {
            "number": f"{today.year}{_THIS_YEAR + 1:04d}",
            "year": today.year,
            "session": _session(today.year),
            "title": _as_proposal(report.title),
            "proposers": _MEMBERS,
            "text": f"情况：{report.problem}\n建议：{report.suggestions}",
            "handlers": _OFFICE,
        }
    )
    return rows


def _waits(report: ItemSeed) -> bool:
    work = report.open_work
    return report.unit_host == "nanhai" and work is not None and work.at_post == "研究室"


def _row(year: int, number: int, one: _Filed, seed: int) -> dict[str, str | int]:
    matter = next(matter for matter in matters() if matter.key == one.matter)
    label = f"proposal-{one.matter}-{one.aspect}"
    draft = Draft(matter, matter.aspects[one.aspect], None, Place(one.seen, "区"), turn=0, month=4)
    text = write(draft, seeded(seed, "wording", label), seeded(seed, "figures", label))
    return {
        "number": f"{year}{number:04d}",
        "year": year,
        "session": _session(year),
        "title": _as_proposal(matter.aspects[one.aspect].titles[0]),
        "proposers": one.proposers,
        "text": f"情况：{text.problem}\n分析：{text.analysis}\n建议：{text.suggestions}",
        "handlers": one.handlers,
    }


def _session(year: int) -> str:
    """Return the meeting of a year: the thirteenth committee of 南海 began in 2021, later ones every five years."""
    term, meeting = divmod(year - 2021, 5)
    return f"十{'三四五六七八九'[term]}届{'一二三四五'[meeting]}次会议"


def _as_proposal(title: str) -> str:
    return (
        f"{title.removesuffix('的建议')}的提案"
        if title.endswith("的建议")
        else f"关于{title.removeprefix('关于')}的提案"
    )
