"""The list of BGP sessions: both ends of each, and what holds for all of a kind."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from barefabric.model.design import Design
from barefabric.model.record import fields
from barefabric.model.session import Session, SessionKind, SessionProfile, Side, Speaker
from barefabric.plan.table import Column, Document, Row, Section

ENDS = (
    Column("a"),
    Column("a asn", right=True),
    Column("a address", code=True),
    Column("a interface"),
    Column("b"),
    Column("b asn", right=True),
    Column("b address", code=True),
    Column("b interface"),
)
SHARED = (
    Column("profile"),
    Column("kind"),
    Column("a speaker"),
    Column("b speaker"),
    Column("families"),
    Column("keepalive s", right=True),
    Column("hold s", right=True),
    Column("bfd"),
    Column("authentication"),
    Column("hops", right=True),
    Column("ttl security"),
    Column("a group"),
    Column("a import"),
    Column("a export"),
    Column("a maximum routes"),
    Column("b group"),
    Column("b import"),
    Column("b export"),
)
COUNTS = (Column("sessions", right=True), *SHARED[:11])
AT_A_TIME = 256
"""Sessions that become one text: few enough to stay in the processor's cache."""

_A_IMPORT = [column.name for column in SHARED].index("a import")

_OWN_IMPORT = fields(Session, "a_import")

_TITLES = {
    SessionKind.FABRIC: "between switches, on each cable",
    SessionKind.PAIR: "between the two leaves of a pair (iBGP), over the peer link",
    SessionKind.HOST: "between leaf and server, on each cable",
    SessionKind.NODE: "between leaf and the node's BGP speaker",
    SessionKind.UPSTREAM: "to routers outside",
}


def shared(profile: SessionProfile) -> Row:
    """What all sessions of a profile have in common, as cells."""
    return (
        profile.name,
        profile.kind,
        profile.a.speaker,
        profile.b.speaker,
        " ".join(profile.families),
        str(profile.keepalive),
        str(profile.hold),
        _bfd(profile),
        profile.password or "none",
        str(profile.hops),
        "yes" if profile.ttl_security else "no",
        profile.a.group,
        profile.a.import_policy,
        profile.a.export_policy,
        str(profile.a.max_prefix or ""),
        profile.b.group,
        profile.b.import_policy,
        profile.b.export_policy,
    )


def _bfd(profile: SessionProfile) -> str:
    return f"{profile.bfd.interval} ms x {profile.bfd.multiplier}" if profile.bfd else "off"


class _Texts(dict[int, str]):
    """Numbers as text, each made once."""

    def __missing__(self, number: int) -> str:
        self[number] = str(number)
        return self[number]


def _lines(design: Design) -> Iterator[str]:
    """The sessions, in runs of one profile: what they share is text already."""
    asn = _Texts()
    for profile, run in groupby(design.sessions, key=fields(Session, "profile")):
        cells = shared(profile)
        before, after = "\t".join(cells[:_A_IMPORT]), "\t".join(cells[_A_IMPORT + 1 :])
        usual = profile.a.import_policy
        while lines := [
            f"{a}\t{asn[a_asn]}\t{a_address}\t{a_port}\t{b}\t{asn[b_asn]}\t{b_address}\t{b_port}"
            f"\t{before}\t{a_import or usual}\t{after}\n"
            for _, a, a_asn, a_address, a_port, b, b_asn, b_address, b_port, a_import in islice(
                run, AT_A_TIME
            )
        ]:
            yield "".join(lines)


def _side(label: str, side: Side) -> str:
    """One end of a profile in words."""
    if side.speaker is Speaker.UPSTREAM:
        return f"{label}: a router that is not ours"
    says = [f"{label}: {side.speaker}, group {side.group}"]
    if side.local_as:
        says.append(f"shown as AS {side.local_as}")
    if side.import_policy:
        says.append(f"imports {side.import_policy}")
    if side.export_policy:
        says.append(f"exports {side.export_policy}")
    if side.max_prefix:
        says.append(f"at most {side.max_prefix:,} routes in")
    if side.passive:
        says.append("passive")
    return ", ".join(says)


def describe(profile: SessionProfile, *, own_imports: bool = False) -> str:
    """What the sessions of a profile share, in a few lines of Markdown.

    ``own_imports`` says that neighbors of end a have import policies of their own.
    """
    facts = [
        " ".join(profile.families),
        f"timers {profile.keepalive}/{profile.hold} s",
        f"BFD {_bfd(profile)}",
        f"password {profile.password}" if profile.password else "no password",
        "one hop" if profile.hops == 1 else f"up to {profile.hops} hops",
    ]
    if profile.ttl_security:
        facts.append("TTL security")
    lines = [
        f"Sessions {_TITLES[profile.kind]}.",
        "",
        f"* {'; '.join(facts)}",
        f"* {_side('end a', profile.a)}",
        f"* {_side('end b', profile.b)}",
    ]
    if own_imports:
        lines.append("* each neighbor of end a has an import policy of its own: see the CSV")
    return "\n".join(lines)


class Use(NamedTuple):
    """How many sessions a profile has, and whether neighbors of end a have own import policies."""

    sessions: int
    own_imports: bool


@lru_cache(maxsize=4)
def uses(design: Design) -> Mapping[str, Use]:
    """The profiles that have sessions, in the order of these."""
    found: dict[str, Use] = {}
    for profile, run in groupby(design.sessions, key=fields(Session, "profile")):
        imports = list(map(_OWN_IMPORT, run))
        before = found.get(profile.name, Use(0, False))
        own = before.own_imports or any(imports)
        found[profile.name] = Use(before.sessions + len(imports), own)
    return found


def _overview(design: Design) -> Section:
    rows = tuple(
        (f"{use.sessions:,}", *shared(design.profiles[name])[:11])
        for name, use in uses(design).items()
    )
    return Section("", f"{len(design.sessions):,} BGP sessions.", COUNTS, rows)


def _about(design: Design) -> Mapping[str, str]:
    """The description of each profile that has sessions."""
    return {
        name: describe(design.profiles[name], own_imports=use.own_imports)
        for name, use in uses(design).items()
    }


def _summary(design: Design) -> Iterator[Section]:
    """The profiles in words; the sessions themselves are too many."""
    about = _about(design)
    for name, use in uses(design).items():
        yield Section(f"{name}: {use.sessions:,} sessions", about[name])


def document(design: Design) -> Document:
    """The list of sessions of a design."""
    about = _about(design)
    return Document(
        "sessions",
        f"BGP sessions of {design.name}",
        ENDS + SHARED,
        lambda: _lines(design),
        preface=(_overview(design),),
        split=itemgetter(len(ENDS)),
        about=about.__getitem__,
        shown=len(ENDS),
        summary=lambda: _summary(design),
        rows=len(design.sessions),
    )
