"""The current year of every unit of the demo: a few reports each, some open work at 南海 and 佛山."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from zhitong.demo.content.chance import seeded
from zhitong.demo.content.days import add_working_days
from zhitong.demo.content.divisions import children_of, division_by_code
from zhitong.demo.content.drafting import DECLINED_REASONS, KEPT_REASONS, UPPER_KEPT_REASONS, submission
from zhitong.demo.content.matters import Aspect, Matter, matters
from zhitong.demo.content.openings import open_works
from zhitong.demo.content.people import authors_of, walker
from zhitong.demo.content.seeds import Decision, Forward, InstructionSeed, ItemSeed, Outcome
from zhitong.demo.content.units import NANHAI, PROVINCE, UnitSeed
from zhitong.demo.content.writing import Draft, Place, write

_DELTA = frozenset(f"44{city}00" for city in ("01", "03", "04", "06", "07", "12", "13", "19", "20"))
_METRO = frozenset(("440100", "440300", "440600", "441900"))
# 东莞 and 中山 have no counties: some of their towns.
_TOWNS = {
    "441900": ("长安镇", "虎门镇", "厚街镇", "常平镇"),
    "442000": ("小榄镇", "古镇镇", "三乡镇", "沙溪镇"),
    NANHAI: ("桂城街道", "狮山镇", "大沥镇", "里水镇", "九江镇", "丹灶镇", "西樵镇"),
}
# Numbers of 南海's reports that are the printed member's own: sent up to the province, decided, in review, returned, a
# draft with a co-author; and the draft of somebody else who asks that member to sign.
_WALKERS, _SHARED, _ASKING = frozenset(("01", "02", "21", "27", "28")), "28", "29"
# The report of 南海 that waits at the research office and comes in once more, from somebody else, under that number.
_REPEATED, _AGAIN = 22, 30
_LEVEL_WORD = {"province": "省", "city": "市"}

# Two reports that a leader of a provincial bureau wrote on: matter, aspect, who, what.
_INSTRUCTED = {
    "nanhai": ("elevator", 2, "省住房城乡建设厅负责同志", "建议切实可行，请物业处研究吸纳。"),
    "jiangmen": ("clinic", 0, "省卫生健康委负责同志", "基层留人是关键，请基层处商人事处提出意见。"),
}


@dataclass(frozen=True, slots=True)
class _Topic:
    """One title of the bank with what it is written from."""

    matter: Matter
    aspect: Aspect
    second: Aspect | None
    turn: int
    title: str


def _topics() -> list[_Topic]:
    return [
        _Topic(
            matter,
            aspect,
            matter.aspects[(index + 1 + turn) % len(matter.aspects)] if matter.tight else None,
            turn,
            title,
        )
        for matter in matters()
        for index, aspect in enumerate(matter.aspects)
        for turn, title in enumerate(aspect.titles)
    ]


def _city_code(unit: UnitSeed) -> str:
    return unit.division_code if unit.division_code == PROVINCE else f"{unit.division_code[:4]}00"


def _fits(topic: _Topic, unit: UnitSeed) -> bool:
    city = _city_code(unit)
    text = topic.title + topic.aspect.problem + topic.aspect.cause + topic.aspect.suggestion
    if topic.second:
        text += topic.second.problem + topic.second.cause + topic.second.suggestion
    if "地铁" in text + "".join(topic.matter.openings) and city not in _METRO:
        return False
    return city in _DELTA or not topic.matter.delta


def _spoken(name: str) -> str:
    """A division's name as people say it: autonomous counties short, 汕尾's 城区 with its city."""
    if name == "城区":
        return "汕尾市城区"
    return name.replace("壮族", "").replace("瑶族自治县", "县")


def _title(topic: _Topic, unit: UnitSeed) -> str:
    """The title with the unit's place in it."""
    division = division_by_code()[unit.division_code]
    place = "我省" if division.level == "province" else _spoken(division.name)
    for lead in ("关于", "对"):
        if topic.title.startswith(lead):
            return f"{lead}{place}{topic.title.removeprefix(lead)}"
    return f"{place}{topic.title}"


def _place(unit: UnitSeed, rng: Random) -> Place:
    division = division_by_code()[unit.division_code]
    inner = _TOWNS.get(unit.division_code) or tuple(child.name for child in children_of(unit.division_code))
    word = _LEVEL_WORD.get(division.level) or division.name[-1]
    seen = rng.choice(inner) if inner else division.name
    return Place(_spoken(seen), word)


class TopicSource:
    """Deals topics so that none comes twice for one place and all come about equally often."""

    def __init__(self, seed: int) -> None:
        self._rng = seeded(seed, "topics")
        self._pile: list[_Topic] = []
        self._titles: set[str] = set()

    def _refilled(self) -> list[_Topic]:
        topics = _topics()
        self._rng.shuffle(topics)
        return topics

    def draw(self, unit: UnitSeed) -> tuple[_Topic, str]:
        """The next topic that fits the unit, with its title."""
        for _ in range(2):
            for topic in self._pile:
                title = _title(topic, unit)
                if title not in self._titles and _fits(topic, unit):
                    self._pile.remove(topic)
                    self._titles.add(title)
                    return topic, title
            self._pile = self._pile + self._refilled()
        raise LookupError(f"no topic is left for {unit.host}")

    def retold(self, unit: UnitSeed, topic: _Topic) -> tuple[_Topic, str]:
        """The topic under its other title, in its other wording, as somebody else of the unit tells it."""
        turn = 1 - topic.turn
        other = replace(topic, turn=turn, title=topic.aspect.titles[turn])
        title = _title(other, unit)
        self._titles.add(title)
        return other, title

    def fixed(self, unit: UnitSeed, key: str, index: int) -> tuple[_Topic, str]:
        """The first title of a given aspect."""
        matter = next(matter for matter in matters() if matter.key == key)
        aspect = matter.aspects[index]
        second = matter.aspects[(index + 1) % len(matter.aspects)] if matter.tight else None
        topic = _Topic(matter, aspect, second, 0, aspect.titles[0])
        title = _title(topic, unit)
        self._titles.add(title)
        return topic, title


@dataclass(frozen=True, slots=True)
class WorkingYear:
    """The days of the year so far: nothing is dated after `today`."""

    year: int
    today: date
    seed: int

    def after(self, day: date, working_days: int) -> date:
        """So many working days on, but never in the future."""
        return min(add_working_days(day, working_days), self.today)

    def submission_day(self, rng: Random, margin: int) -> date:
        """A working day of the year that leaves `margin` days for what is to follow."""
        first = min(date(self.year, 1, 5), self.today)
        span = max((self.today - first).days - margin, 0)
        return self.after(first + timedelta(days=rng.randint(0, span)), 1)


def write_item(
    unit: UnitSeed, number: int, drawn: tuple[_Topic, str], day: date, year: WorkingYear, *, like: int = 0
) -> ItemSeed:
    """The report of that number; `like` is the number of one whose place, figures and supporting words it has."""
    topic, title = drawn
    label = f"{unit.host}-{year.year}-{number:02d}"
    told = f"{unit.host}-{year.year}-{like or number:02d}"
    rng = seeded(year.seed, label)
    place = _place(unit, seeded(year.seed, told) if like else rng)
    draft = Draft(topic.matter, topic.aspect, topic.second, place, topic.turn, day.month)
    text = write(draft, seeded(year.seed, "wording", told), seeded(year.seed, "figures", told))
    how = submission(authors_of(unit.host), topic.matter.sector, rng)
    return ItemSeed(
        key=label,
        unit_host=unit.host,
        title=title,
        problem=text.problem,
        analysis=text.analysis,
        suggestions=text.suggestions,
        category=topic.matter.category,
        keywords=topic.matter.keywords,
        submitter_kind="党派团体" if unit.kind != "committee" else how.kind,
        authors=how.authors,
        urgency=how.urgency,
        source=how.source,
        submitted_on=day,
    )


def adopt(item: ItemSeed, unit: UnitSeed, year: WorkingYear, rng: Random) -> ItemSeed:
    day = year.after(item.submitted_on, rng.randint(2, 8))
    bulletin = "社情民意信息" if unit.kind == "committee" else "信息专报"
    return replace(item, decision=Decision("adopted", day, "", bulletin, day.timetuple().tm_yday // 5 + 1))


def _not_adopted(item: ItemSeed, year: WorkingYear, rng: Random) -> ItemSeed:
    day = year.after(item.submitted_on, rng.randint(2, 8))
    if rng.random() < 0.4:
        return replace(item, decision=Decision("kept", day, rng.choice(KEPT_REASONS)))
    return replace(item, decision=Decision("declined", day, rng.choice(DECLINED_REASONS)))


def _province_result(strength: float, rng: Random) -> Outcome:
    """What the province made of a report; the stronger the city's year, the oftener a single adoption."""
    outcomes: tuple[Outcome, ...] = ("adopted_single", "adopted_merged", "passed_on")
    return rng.choices(outcomes, (strength, 0.6, 1.1 - strength))[0]


def _step(to: str, ready: date, result: Outcome, year: WorkingYear, rng: Random) -> Forward:
    """One report upward, answered after some working days."""
    sent_on = year.after(ready, rng.randint(1, 3))
    if result == "pending":
        # An inbox is not left lying for months: what waits today was sent within the last days.
        lately = year.after(year.today - timedelta(days=rng.randint(2, 9)), 1)
        return Forward(to, max(sent_on, lately), result, None)
    answered = year.after(sent_on, rng.randint(4, 14))
    if result == "kept":
        return Forward(to, sent_on, result, answered, reason=rng.choice(UPPER_KEPT_REASONS))
    if not result.startswith("adopted"):
        return Forward(to, sent_on, result, answered)
    bulletin = "广东政协信息" if to == "guangdong" else "政协信息"
    return Forward(to, sent_on, result, answered, bulletin, answered.timetuple().tm_yday // 2 + 1)


def _instructed(way: Forward, host: str, year: WorkingYear) -> Forward:
    if host not in _INSTRUCTED or way.result_on is None:
        return way
    _, _, leader, words = _INSTRUCTED[host]
    return replace(way, instruction=InstructionSeed(leader, "bureau", words, year.after(way.result_on, 8)))


def _to_province(host: str, ready: date, strength: float, year: WorkingYear, rng: Random) -> Forward:
    result: Outcome = "adopted_single" if host in _INSTRUCTED else _province_result(strength, rng)
    return _instructed(_step("guangdong", ready, result, year, rng), host, year)


def decided_on(item: ItemSeed) -> date:
    assert item.decision is not None
    return item.decision.decided_on


def _county_way(item: ItemSeed, unit: UnitSeed, strength: float, year: WorkingYear, rng: Random) -> ItemSeed:
    """A county's best report: adopted by its city, sent on, and taken up by the province."""
    assert unit.parent_host is not None
    result: Outcome = rng.choice(("adopted_single", "adopted_single", "adopted_merged"))
    city = _step(unit.parent_host, decided_on(item), result, year, rng)
    assert city.result_on is not None
    onward = _to_province(unit.host, city.result_on, strength, year, rng)
    return replace(item, forwards=(replace(city, then=(onward,)),))


def _county(unit: UnitSeed, strength: float, topics: TopicSource, year: WorkingYear) -> Iterator[ItemSeed]:
    rng = seeded(year.seed, "county", unit.host)
    assert unit.parent_host is not None
    fixed = _INSTRUCTED.get(unit.host)
    drawn = topics.fixed(unit, fixed[0], fixed[1]) if fixed else topics.draw(unit)
    best = adopt(write_item(unit, 1, drawn, year.submission_day(rng, 75), year), unit, year, rng)
    yield _county_way(best, unit, strength, year, rng)
    second = write_item(unit, 2, topics.draw(unit), year.submission_day(rng, 40), year)
    if rng.random() < 0.5:
        second = adopt(second, unit, year, rng)
        result: Outcome = rng.choice(("adopted_merged", "kept", "pending"))
        yield replace(second, forwards=(_step(unit.parent_host, decided_on(second), result, year, rng),))
    else:
        yield _not_adopted(second, year, rng)
    if rng.random() < strength * 0.5:
        third = write_item(unit, 3, topics.draw(unit), year.submission_day(rng, 20), year)
        yield adopt(third, unit, year, rng)


def _city(unit: UnitSeed, strength: float, topics: TopicSource, year: WorkingYear) -> Iterator[ItemSeed]:
    rng = seeded(year.seed, "city", unit.host)
    to_province = 1 + round(strength * 3)
    for number in range(1, to_province + 1):
        fixed = _INSTRUCTED.get(unit.host) if number == 1 else None
        drawn = topics.fixed(unit, fixed[0], fixed[1]) if fixed else topics.draw(unit)
        item = adopt(write_item(unit, number, drawn, year.submission_day(rng, 50), year), unit, year, rng)
        # Only the first carries a leader's words.
        host = unit.host if number == 1 else ""
        yield replace(item, forwards=(_to_province(host, decided_on(item), strength, year, rng),))
    last = write_item(unit, to_province + 1, topics.draw(unit), year.submission_day(rng, 20), year)
    yield _not_adopted(last, year, rng)


def _province(unit: UnitSeed, topics: TopicSource, year: WorkingYear) -> Iterator[ItemSeed]:
    rng = seeded(year.seed, "province", unit.host)
    results: tuple[Outcome | None, ...] = ("passed_on", "pending", None, None)
    for number, result in enumerate(results, 1):
        item = write_item(unit, number, topics.draw(unit), year.submission_day(rng, 60), year)
        item = adopt(item, unit, year, rng)
        if result:
            item = replace(item, forwards=(_step("cppcc-national", decided_on(item), result, year, rng),))
        yield item


def _party(unit: UnitSeed, topics: TopicSource, year: WorkingYear) -> Iterator[ItemSeed]:
    """The first report goes up the party's line and to the committee of its level: one matter, two ways."""
    rng = seeded(year.seed, "party", unit.host)
    assert unit.participates_in_host is not None
    central = f"{unit.host.partition('-')[0]}-central"
    first = adopt(write_item(unit, 1, topics.draw(unit), year.submission_day(rng, 60), year), unit, year, rng)
    ready = decided_on(first)
    result: Outcome = rng.choice(("adopted_single", "adopted_merged"))
    above: Outcome = "adopted_merged" if unit.parent_host else rng.choice(("adopted_merged", "pending"))
    ways = (
        _step(unit.participates_in_host, ready, result, year, rng),
        _step(unit.parent_host or central, ready, above, year, rng),
    )
    # The committee's bulletins are known; what a party's superior prints it in is not.
    yield replace(first, forwards=(ways[0], replace(ways[1], bulletin="", issue_number=None)))
    second = write_item(unit, 2, topics.draw(unit), year.submission_day(rng, 30), year)
    if rng.random() < 0.5:
        yield _not_adopted(second, year, rng)
        return
    second = adopt(second, unit, year, rng)
    way = _step(unit.participates_in_host, decided_on(second), "pending", year, rng)
    yield replace(second, forwards=(way,))


def _open_items(unit: UnitSeed, topics: TopicSource, year: WorkingYear) -> Iterator[ItemSeed]:
    works = open_works(year.today)
    for number, (day, work) in enumerate(works, 21):
        drawn = topics.draw(unit)
        item = replace(write_item(unit, number, drawn, day, year), open_work=work)
        yield item
        if unit.host == "nanhai" and number == _REPEATED:
            # Two members send in nearly the same, so that a clerk sees the mark of look-alikes.
            today, waits = works[0]
            again = write_item(unit, _AGAIN, topics.retold(unit, drawn[0]), today, year, like=number)
            yield replace(again, analysis=item.analysis, suggestions=item.suggestions, open_work=waits)


def _at_home(items: Iterable[ItemSeed], year: WorkingYear) -> Iterator[ItemSeed]:
    """Let the member whose login the demo prints have something at every stage, and be asked to sign once."""
    own = walker().username
    someone = next(person.username for person in authors_of("nanhai") if person.username != own)
    for item in items:
        number = item.key.removeprefix(f"nanhai-{year.year}-")
        other = next((name for name in item.authors if name != own), someone)
        if number == _ASKING:
            yield replace(item, authors=(other, own))
        elif number in _WALKERS:
            yield replace(item, authors=(own, other) if number == _SHARED else (own,), submitter_kind="委员")
        else:
            yield item


def _strengths(units: Sequence[UnitSeed], seed: int) -> dict[str, float]:
    """A number from 0 to 1 for each city: an invented order of the ranking, with 佛山 near the top."""
    cities = [unit.host for unit in units if unit.kind == "committee" and unit.level == "city"]
    seeded(seed, "strengths").shuffle(cities)
    cities.sort(key=lambda host: host != "foshan")
    return {host: 1 - index / max(len(cities), 1) for index, host in enumerate(cities)}


def current_year(units: Sequence[UnitSeed], year: int, today: date, seed: int = 2026) -> list[ItemSeed]:
    """Reports of `year` up to `today` for each of `units`: two to five, each unit with a sent and an adopted one.

    Every county has one report the province took up by way of its city, every city at least one of its
    own; two carry the words of a bureau's leader. 南海 and 佛山 also have open work: reports at each stage,
    a late one, a returned one, drafts. Raises ValueError when `today` is not in `year`.
    """
    if today.year != year:
        raise ValueError(f"{today} is not in {year}")
    days = WorkingYear(year, today, seed)
    topics = TopicSource(seed)
    strengths = _strengths(units, seed)
    found: list[ItemSeed] = []
    for unit in units:
        if unit.kind != "committee":
            found.extend(_party(unit, topics, days))
        elif unit.level == "province":
            found.extend(_province(unit, topics, days))
        elif unit.level == "city":
            found.extend(_city(unit, strengths[unit.host], topics, days))
        else:
            found.extend(_county(unit, strengths.get(unit.parent_host or "", 0.5), topics, days))
        if unit.host in ("nanhai", "foshan"):
            found.extend(_open_items(unit, topics, days))
        if unit.host == "nanhai":
            found = list(_at_home(found, days))
    return found
