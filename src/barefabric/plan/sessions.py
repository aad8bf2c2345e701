"""The list of BGP sessions: both ends of each, and what holds for all of a kind."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import itemgetter

from barefabric.model.design import Design
from barefabric.model.session import SessionKind, SessionProfile, Side, Speaker
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
_A_IMPORT = [column.name for column in SHARED].index("a import")

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


def _rows(design: Design) -> Iterator[Row]:
    tails = {profile.name: shared(profile) for profile in design.profiles.values()}
    for session in design.sessions:
        name = session.profile.name
        tail = tails[name]
        if session.a_import:
            tail = (*tail[:_A_IMPORT], session.a_import, *tail[_A_IMPORT + 1 :])
        yield (
            session.a,
            str(session.a_asn),
            session.a_address,
            session.a_interface,
            session.b,
            str(session.b_asn),
            session.b_address,
            session.b_interface,
            *tail,
        )


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


@lru_cache(maxsize=4)
def _counts(design: Design) -> Mapping[str, int]:
    return Counter(session.profile.name for session in design.sessions)


def _overview(design: Design) -> Section:
    rows = tuple(
        (f"{count:,}", *shared(design.profiles[name])[:11])
        for name, count in _counts(design).items()
    )
    return Section("", f"{len(design.sessions):,} BGP sessions.", COUNTS, rows)


def _about(design: Design) -> Mapping[str, str]:
    """The description of each profile that has sessions."""
    own = {session.profile.name for session in design.sessions if session.a_import}
    return {
        name: describe(design.profiles[name], own_imports=name in own) for name in _counts(design)
    }


def _summary(design: Design) -> Iterator[Section]:
    """The profiles in words; the sessions themselves are too many."""
    about = _about(design)
    for name, count in _counts(design).items():
        yield Section(f"{name}: {count:,} sessions", about[name])


def document(design: Design) -> Document:
    """The list of sessions of a design."""
    about = _about(design)
    return Document(
        "sessions",
        f"BGP sessions of {design.name}",
        ENDS + SHARED,
        lambda: _rows(design),
        preface=(_overview(design),),
        split=itemgetter(len(ENDS)),
        about=about.__getitem__,
        shown=len(ENDS),
        summary=lambda: _summary(design),
    )
