"""The people of the machine, the flows it draws, and plain answers to "who is asked" that do not use the engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tenants.accounts.models import Group, Holding, Membership, Role, User
from tenants.items.models import Item
from tenants.review.models import Absence, CategoryCommittee
from tests.factories import make_user
from zhitong.units.models import Unit

POSTS = ("research", "secretary", "vice_chair", "chair")  # 信息专员 stays empty
COMMITTEE = ("committee", "经济委")
CATEGORIES = ("社会建设", "经济建设")  # the second one is co-handled by 经济委


def settle(unit: Unit) -> dict[str, User]:
    """Make the people: two to a post here and there, reviewers who write too, one administrator nothing happens to."""
    people: list[dict[str, Any]] = [
        {"username": "liang", "name": "梁晓岚", "groups": [COMMITTEE]},
        {"username": "wu", "name": "吴谦", "roles": ["author", "reviewer"], "posts": ["research", "chair"]},
        {"username": "zhou", "name": "周敏", "roles": ["clerk"], "posts": ["research"]},
        {"username": "he", "name": "何静", "roles": ["leader"], "posts": ["secretary", "vice_chair"]},
        {"username": "chen", "name": "陈立", "roles": ["leader"], "posts": ["chair"]},
        {"username": "qu", "name": "区嘉豪", "roles": ["author", "reviewer"], "groups": [COMMITTEE]},
        {"username": "sun", "name": "孙越", "roles": ["reviewer"], "groups": [COMMITTEE]},
        {"username": "lin", "name": "林岚", "roles": ["reviewer"]},
        {"username": "admin_a", "name": "管理员", "roles": ["administrator"]},
        {"username": "admin_b", "name": "副管理员", "roles": ["administrator", "reviewer"]},
    ]
    made = {one["username"]: make_user(unit, **one) for one in people}
    with unit:
        group = Group.objects.get(kind=COMMITTEE[0], name=COMMITTEE[1])
        Membership.objects.filter(group=group, user=made["sun"]).update(is_head=True)
        CategoryCommittee.objects.create(category=CATEGORIES[1], group=group)
    return made


_posts = st.sampled_from([*POSTS, "info_officer"]).map(lambda post: {"kind": "post", "post": post})
_named = st.sampled_from(["lin", "qu", "sun"]).map(lambda name: {"kind": "user", "username": name})
_circles = st.sampled_from(["group", "group_head"]).map(
    lambda kind: {"kind": kind, "group_kind": COMMITTEE[0], "name": COMMITTEE[1]}
)
_derived = st.sampled_from([{"kind": "author_head"}, {"kind": "category_committee"}])
_among = st.lists(st.one_of(_posts, _named), max_size=2, unique_by=str)
_chosen = st.builds(
    lambda kind, among: {"kind": kind, "among": among},
    st.sampled_from(["chosen_by_previous", "chosen_by_starter"]),
    _among,
)
_conditions = st.sampled_from(
    [
        [{"field": "urgency", "in": ["important", "urgent"]}],
        [{"field": "urgency", "not_in": ["urgent"]}],
        [{"field": "destination", "in": ["province"]}],
        [{"field": "difficulty", "in": ["difficult"]}],
        [{"field": "category", "in": [CATEGORIES[1]]}],
    ]
)
_VOTES = ({"n": 1}, {"n": 2}, {"n": 3}, {"percent": 50}, {"percent": 60}, {"percent": 100})
_step = st.fixed_dictionaries(
    {
        "who": st.lists(
            st.one_of(_posts, _posts, _posts, _named, _circles, _derived, _chosen),
            min_size=1,
            max_size=3,
            unique_by=str,
        ),
        "mode": st.sampled_from(["any", "all", "in_order", "n_of_m", "joint"]),
        "votes": st.sampled_from(_VOTES),
        "collator": st.one_of(_posts, _named),
        "on_empty": st.sampled_from(["skip", "administrator"]),
        "when": st.one_of(st.just([]), st.just([]), _conditions),
        "leap": st.one_of(st.none(), st.none(), _conditions),
        "limits": st.sampled_from([{}, {"limit_days": 1}, {"limit_days": 2, "limit_hours": 4}]),
        "late": st.sampled_from(["mark", "escalate", "hand_on"]),
        "cc": st.booleans(),
        "checklist": st.sampled_from(["", "", "writing"]),
        "asks_destination": st.booleans(),
        "asks_difficulty": st.booleans(),
    }
)


def _definition(steps: list[dict[str, Any]], *, ask_once: bool) -> dict[str, Any]:
    made = []
    for n, drawn in enumerate(steps, 1):
        who = [one for one in drawn["who"] if n > 1 or one["kind"] != "chosen_by_previous"]
        choices = [one for one in who if "chosen" in one["kind"]]
        who = [one for one in who if one not in choices[1:]]
        raw = {
            "key": f"s{n}",
            "name": f"第{n}步",
            "who": who or [{"kind": "post", "post": "research"}],
            "mode": drawn["mode"],
            "on_empty": drawn["on_empty"],
            "when": drawn["when"],
            "checklist": drawn["checklist"],
            "asks_destination": drawn["asks_destination"],
            "asks_difficulty": drawn["asks_difficulty"],
            **drawn["limits"],
        }
        if drawn["mode"] == "n_of_m":
            raw |= drawn["votes"]
        if drawn["mode"] == "joint":
            raw["collator"] = [drawn["collator"]]
        if drawn["late"] != "mark":
            raw |= {"on_late": drawn["late"], "late_to": [{"kind": "post", "post": "chair"}]}
        if drawn["cc"]:
            raw["cc"] = [{"kind": "post", "post": "secretary"}]
        if drawn["leap"] and n < len(steps) - 1:
            raw["next"] = [{"to": f"s{n + 2}", "when": drawn["leap"]}, {"to": f"s{n + 1}"}]
        made.append(raw)
    if all(step["when"] for step in made):
        made[-1]["when"] = []
    return {"steps": made, "ask_once": ask_once}


definitions = st.builds(_definition, st.lists(_step, min_size=1, max_size=4), ask_once=st.booleans())


def holds(conditions: Iterable[dict[str, Any]], facts: dict[str, set[str]]) -> bool:
    """Return whether conditions, as they stand in a file, hold for facts."""
    return all(bool(facts[one["field"]] & set(one.get("in", one.get("not_in")))) == ("in" in one) for one in conditions)


def way(definition: dict[str, Any], facts: dict[str, set[str]], after: int | None = None) -> list[int]:
    """Return the places an item with these facts passes behind `after`, read from the file itself."""
    steps = definition["steps"]
    places = {step["key"]: n for n, step in enumerate(steps)}

    def behind(place: int) -> int | None:
        default = [{"to": steps[place + 1]["key"]}] if place + 1 < len(steps) else [{"to": "end"}]
        link = next(one for one in steps[place].get("next", default) if holds(one.get("when", []), facts))
        return places.get(link["to"])

    found = []
    place = 0 if after is None else behind(after)
    while place is not None:
        if holds(steps[place].get("when", []), facts):
            found.append(place)
        place = behind(place)
    return found


@dataclass
class Today:
    """Who can do what on a day, read from the tables in a few queries."""

    day: date
    users: dict[int, User]
    rights: dict[int, set[str]]
    holdings: list[Holding]
    absences: list[Absence]

    @classmethod
    def read(cls, day: date) -> "Today":
        """Read it."""
        users = {user.pk: user for user in User.objects.all()}
        rights: dict[int, set[str]] = {pk: set() for pk in users}
        for role in Role.objects.prefetch_related("users"):
            for user in role.users.all():
                rights[user.pk] |= set(role.permissions)
        return cls(
            day,
            users,
            rights,
            list(Holding.objects.select_related("position").order_by("held_from", "pk")),
            list(Absence.objects.filter(ended_at__isnull=True, away_from__lte=day, away_through__gte=day)),
        )

    def may(self, pk: int, right: str = "review.decide") -> bool:
        """Return whether a user in use has a right."""
        return self.users[pk].is_active and right in self.rights[pk]

    def holds_post(self, pk: int, position: int) -> bool:
        """Return whether a user holds a post today."""
        mine = [one for one in self.holdings if (one.user_id, one.position_id) == (pk, position)]
        return any(_in_force(one, self.day) for one in mine)

    def held_post(self, pk: int, position: int, day: date) -> bool:
        """Return whether a user held a post on a day, be it for the last time."""
        mine = [one for one in self.holdings if (one.user_id, one.position_id) == (pk, position)]
        return any(one.held_from <= day and (one.held_to is None or one.held_to >= day) for one in mine)

    def holders(self, code: str) -> list[int]:
        """Return who holds a post today."""
        return [one.user_id for one in self.holdings if one.position.code == code and _in_force(one, self.day)]

    def stand_in(self, pk: int) -> int | None:
        """Return the stand-in of a user who is away today."""
        return next((one.stand_in_id for one in self.absences if one.user_id == pk), None)


def _in_force(holding: Holding, day: date) -> bool:
    return holding.held_from <= day and (holding.held_to is None or holding.held_to > day)


def authors_of(item: Item) -> set[int]:
    """Return the accounts of those who sign an item."""
    return {pk for pk in item.authors.values_list("user_id", flat=True) if pk}


def asked(entries: list[dict[str, Any]], item: Item, choice: list[str], today: Today, *, deciding: bool) -> set[int]:
    """Return who must be asked by these entries today: plainly, entry by entry."""
    authors = authors_of(item)
    found: set[int] = set()
    for entry in entries:
        able = {pk for pk in today.users if today.users[pk].is_active and (not deciding or today.may(pk))}
        led_to = [pk for pk in _led_to(entry, item, choice, today, able) if pk in able]
        found |= {_present(pk, authors, today, able) for pk in led_to}
    return found - authors


def standing_in(authors: set[int], today: Today) -> set[int]:
    """Return the administrators who decide where nobody else can, or their stand-ins."""
    administrators = [pk for pk in today.users if today.may(pk, "review.administer")]
    able = {pk for pk in today.users if today.may(pk)}
    return {_present(pk, authors, today, able) for pk in administrators} - authors


def _present(pk: int, authors: set[int], today: Today, able: set[int]) -> int:
    first = pk
    for _ in range(3):
        other = today.stand_in(pk)
        if other not in able - authors or other == first:
            break
        pk = other
    return pk


def _led_to(entry: dict[str, Any], item: Item, choice: list[str], today: Today, able: set[int]) -> list[int]:
    match entry["kind"]:
        case "post":
            return today.holders(entry["post"])
        case "user":
            return [pk for pk, user in today.users.items() if user.username == entry["username"]]
        case "group" | "group_head":
            members = Membership.objects.filter(group__kind=entry["group_kind"], group__name=entry["name"])
            return _members(members, heads=entry["kind"] == "group_head")
        case "author_head":
            first = item.authors.filter(user__isnull=False).order_by("order").first()
            groups = Membership.objects.filter(user=first.user_id if first else None).values("group")
            return _members(Membership.objects.filter(group__in=groups), heads=True)
        case "category_committee":
            groups = CategoryCommittee.objects.filter(category=item.category).values("group")
            members = Membership.objects.filter(group__in=groups)
            heads = [pk for pk in _members(members, heads=True) if pk in able]
            return heads or _members(members, heads=False)
        case _:
            return [pk for pk, user in today.users.items() if str(user.uuid) in choice]


def _members(rows: Any, *, heads: bool) -> list[int]:
    return list((rows.filter(is_head=True) if heads else rows).values_list("user_id", flat=True))
