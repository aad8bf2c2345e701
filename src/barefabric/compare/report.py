"""The report of ``fabric diff``: in terms of devices, links, sessions and prefixes."""

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from barefabric.compare.changes import NOTHING, Changes
from barefabric.compare.delta import Delta, Difference, Record
from barefabric.compare.groups import Group, Grouping, grouped, kinds
from barefabric.compare.ranges import counted, listed
from barefabric.compare.words import entries, sentence, words

WIDTH = 100
MOST_GROUPS = 6
"""More different changes than this are told apart by what they concern only."""

MOST_NAMED = 12
"""Things of one kind that are named one by one; of more the rest is counted."""

_HEAD = 14


def report(changes: Changes, old: str, new: str) -> Iterator[str]:
    """The lines of the report, at most 100 columns each; ``old`` and ``new`` name the sides."""
    name = changes.new_name or changes.old_name
    if changes.old_name and changes.old_name != name:
        name = f"{changes.old_name} and {name}"
    yield from _wrapped(f"{name}: {old} -> {new}", "", "  ")
    if changes.empty:
        yield f"  {NOTHING} in devices, links, sessions and prefixes"
        return
    sides = (changes.racks, changes.devices, changes.links, changes.sessions)
    came, went = grouped(*(d.added for d in sides)), grouped(*(d.removed for d in sides))
    for section in (
        _devices(changes, came, went),
        _links(changes.links, came, went),
        _sessions(changes.sessions, came, went),
        _prefixes(changes.prefixes),
        _clusters(changes.clusters),
        _policies(changes.policies),
        _settings(changes),
        _moved(changes),
    ):
        yield from section


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _item(text: str) -> Iterator[str]:
    """One line under a heading, wrapped."""
    yield from _wrapped(text, "    ", "        ")


def _heading(title: str, added: int, removed: int, changed: int) -> Iterator[str]:
    """``devices       +16  ~2``: nothing where there is nothing to count."""
    counts = [f"{sign}{n:,}" for sign, n in (("+", added), ("-", removed), ("~", changed)) if n]
    if counts:
        yield ""
        yield f"  {title:<{_HEAD}}{'  '.join(counts)}"


def _delta_heading(title: str, delta: Delta) -> Iterator[str]:
    yield from _heading(title, len(delta.added), len(delta.removed), len(delta.changed))


def _devices(changes: Changes, came: Grouping, went: Grouping) -> Iterator[str]:
    delta = changes.devices
    more = {f"rack {name}": found for name, found in changes.racks.changed.items()}
    changed = {**more, **delta.changed}
    yield from _heading("devices", len(delta.added), len(delta.removed), len(changed))
    for sign, grouping in (("+", came), ("-", went)):
        for group in grouping:
            yield from _item(f"{sign} {_group_text(group)}")
    yield from _changed(changed, "device", listed)


def _group_text(group: Group) -> str:
    devices = [text for text in group.content if not text.endswith(("session", "sessions"))]
    content = f": {', '.join(devices)}" if devices else ""
    named = group.kind in {"rack", "server"} and len(group.names) > 1
    names = f"  ({listed(group.names, 8)})" if named else ""
    return f"{group.title}{content}{names}"


def _links(delta: Delta, came: Grouping, went: Grouping) -> Iterator[str]:
    yield from _delta_heading("links", delta)
    for sign, records, grouping in (("+", delta.added, came), ("-", delta.removed, went)):
        yield from _connections(sign, records, grouping)
        for name in grouping.links[:MOST_NAMED]:
            yield from _item(f"{sign} {_cable(name, records[name])}")
        yield from _rest(sign, len(grouping.links))
    yield from _changed(delta.changed, "link", lambda names: listed(names, 3))


def _sessions(delta: Delta, came: Grouping, went: Grouping) -> Iterator[str]:
    yield from _delta_heading("sessions", delta)
    for sign, records, grouping in (("+", delta.added, came), ("-", delta.removed, went)):
        yield from _connections(sign, records, grouping)
        for name in grouping.sessions[:MOST_NAMED]:
            record = records[name]
            over = ", IPv6" if ":" in record["a"].get("address", "") else ""
            yield from _item(f"{sign} {_ends(record)} ({record['kind']}{over})")
        yield from _rest(sign, len(grouping.sessions))
    yield from _changed(delta.changed, "session", _session_kinds)


def _connections(sign: str, records: Mapping[str, Record], grouping: Grouping) -> Iterator[str]:
    """``+ 34 with rack r3: 4 fabric, 2 peer, 28 server``, one line for each group."""
    mine: dict[str, list[Record]] = {}
    for record in records.values():
        owner = grouping.owner(record)
        if owner is not None:
            mine.setdefault(owner.kind, []).append(record)
    for group in grouping:
        if group.kind in mine:
            own = mine[group.kind]
            yield from _item(f"{sign} {len(own):,} with {group.title}: {kinds(own)}")


def _rest(sign: str, count: int) -> Iterator[str]:
    if count > MOST_NAMED:
        yield from _item(f"{sign} and {count - MOST_NAMED:,} more")


def _ends(record: Record) -> str:
    return f"{record['a']['device']} - {record['b']['device']}"


def _cable(name: str, record: Record) -> str:
    a, b = record["a"], record["b"]
    ends = f"{a['device']} {a['port']} - {b['device']} {b['port']}".rstrip()
    return f"{ends}  {record['speed']}G {record['kind']}" if ends else name


def _session_kinds(ids: Iterable[str]) -> str:
    """Ids of sessions, which begin with their kind: ``12 fabric, 3 pair (fabric:spine1:...)``."""
    names = list(ids)
    found = Counter(name.partition(":")[0] for name in names)
    if len(names) <= 3:
        return ", ".join(names)
    return ", ".join(f"{count:,} {kind}" for kind, count in found.items())


def _changed(
    changed: Mapping[str, tuple[Difference, ...]], noun: str, names: Callable[[Iterable[str]], str]
) -> Iterator[str]:
    """What changed, things that changed alike in one line."""
    alike: dict[tuple[Difference, ...], list[str]] = {}
    for name, found in changed.items():
        alike.setdefault(found, []).append(name)
    if len(alike) <= MOST_GROUPS:
        for found, members in alike.items():
            what = "; ".join(sentence(difference) for difference in found)
            yield from _item(f"~ {_members(members, noun, names)}: {what}")
        return
    by_property: dict[tuple[str, ...], list[str]] = {}
    for name, found in changed.items():
        by_property.setdefault(tuple(d.what for d in found), []).append(name)
    for fields, members in by_property.items():
        first = "; ".join(sentence(difference) for difference in changed[members[0]])
        what = ", ".join(words(field) for field in fields)
        yield from _item(
            f"~ {_members(members, noun, names)}: {what}"
            if len(members) > 1
            else f"~ {names(members)}: {first}"
        )
        if len(members) > 1:
            yield from _wrapped(f"such as {members[0]}: {first}", "      ", "        ")


def _members(members: list[str], noun: str, names: Callable[[Iterable[str]], str]) -> str:
    if len(members) == 1:
        return names(members)
    return f"{counted(len(members), noun)} ({names(members)})"


def _prefixes(delta: Delta) -> Iterator[str]:
    yield from _delta_heading("prefixes", delta)
    for sign, records in (("+", delta.added), ("-", delta.removed)):
        racks = [name for name in records if name.startswith("rack ")]
        if len(racks) > MOST_NAMED:
            first, last = records[racks[0]]["prefixes"], records[racks[-1]]["prefixes"]
            names = listed(name.removeprefix("rack ") for name in racks)
            yield from _item(f"{sign} {len(racks):,} racks ({names}): {first} ... {last}")
        for name, record in records.items():
            if len(racks) <= MOST_NAMED or not name.startswith("rack "):
                yield from _item(f"{sign} {name}  {record['prefixes']}")
    for name, found in list(delta.changed.items())[:MOST_NAMED]:
        yield from _item(f"~ {name}: {found[0].old} -> {found[0].new}")
    yield from _rest("~", len(delta.changed))


def _clusters(delta: Delta) -> Iterator[str]:
    yield from _delta_heading("clusters", delta)
    for sign, records in (("+", delta.added), ("-", delta.removed)):
        for name, record in records.items():
            nodes = counted(record["nodes"], "node")
            yield from _item(f"{sign} {name}: {nodes}, {record['cni']} {record['cni_mode']}")
    yield from _changed(delta.changed, "cluster", listed)


def _policies(policies: Mapping[str, tuple[Difference, ...]]) -> Iterator[str]:
    yield from _heading("policies", 0, 0, len(policies))
    alike: dict[tuple[Difference, ...], list[str]] = {}
    for switch, found in policies.items():
        alike.setdefault(found, []).append(switch)
    for found, switches in list(alike.items())[:MOST_NAMED]:
        yield from _item(f"~ {listed(switches)}")
        for difference in found:
            yield from _wrapped(entries(difference), "      ", "        ")
    yield from _rest("~", len(alike))


def _settings(changes: Changes) -> Iterator[str]:
    if not changes.old_name or not changes.new_name:
        return
    yield from _heading("underlay", 0, 0, len(changes.settings))
    for difference in changes.settings:
        yield from _item(f"~ {sentence(difference)}")


def _moved(changes: Changes) -> Iterator[str]:
    if not changes.moved:
        return
    yield ""
    yield f"  {'moved numbers':<{_HEAD}}{len(changes.moved):,}"
    by_kind: dict[str, int] = {}
    for moved in changes.moved:
        by_kind[moved.what] = by_kind.get(moved.what, 0) + 1
        if by_kind[moved.what] <= MOST_NAMED:
            yield from _item(f"! {moved.thing}  {moved.what} {moved.old} -> {moved.new}")
    for what, count in by_kind.items():
        if count > MOST_NAMED:
            yield from _item(f"! and {count - MOST_NAMED:,} more of kind {what}")
