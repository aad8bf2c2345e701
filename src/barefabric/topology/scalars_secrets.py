"""Names of secrets, and where secrets are fetched. Faults never repeat what may be a password."""

import re
from typing import Any

from barefabric.topology.faults import Fault, shown

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_RULE = "the name of a secret has letters, digits, underscores, dots and hyphens"


def secret_name(value: Any) -> str:
    """NAME of ``secret:NAME``. What stands in its place may be a password: it is not repeated."""
    name = value.removeprefix("secret:").strip() if isinstance(value, str) else ""
    if isinstance(value, str) and value.startswith("secret:") and name:
        if not _NAME.fullmatch(name):
            mend = "write secret:fabric-bgp here and fabric-bgp: env:FABRIC_BGP_PASSWORD there"
            raise Fault("IN030", "no secret can be called so", allowed=_RULE, mend=mend)
        return name
    raise Fault(
        "IN030",
        "a password never stands in a topology",
        allowed="a password is written secret:NAME, and secrets: says where NAME is",
        mend="write secret:fabric-bgp here and fabric-bgp: env:FABRIC_BGP_PASSWORD there; "
        "change the password if this file has left your machine",
    )


def secret_reference(value: Any) -> str:
    """The name of a secret where nothing else can stand: ``NAME`` or ``secret:NAME``."""
    found = value.removeprefix("secret:").strip() if isinstance(value, str) else ""
    if not _NAME.fullmatch(found):
        raise Fault(
            "IN030",
            "a password or its hash never stands in a topology",
            allowed="the name of a secret, and secrets: says where it is",
            mend="write secret: admin-hash here and admin-hash: env:ADMIN_HASH there",
        )
    return found


def secret_key(value: Any) -> str:
    """The name of a secret, as ``${secret:NAME}`` in a configuration can hold it."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Fault("IN024", f"{shown(value)} cannot be the name of a secret", allowed=_RULE)
    return value


def secret_source(value: Any) -> str:
    """Where a secret is fetched: ``env:VARIABLE``, ``file:PATH`` or ``vault:PATH#KEY``."""
    found = value if isinstance(value, str) else ""
    kind, _, rest = found.partition(":")
    fits = {
        "env": re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest),
        "file": rest.strip() and rest.isprintable(),
        "vault": re.fullmatch(r"[^#\s]+#[^#\s]+", rest),
    }
    if not fits.get(kind):
        raise Fault(
            "IN032",
            "this does not say where the secret is",
            allowed="env:VARIABLE, file:PATH or vault:PATH#KEY",
            mend="a password itself never stands in a topology",
        )
    return found
