"""The properties of a design document in the field's words."""

from barefabric.compare.delta import Difference

_WORDS = {
    "asn": "ASN", "bfd": "BFD", "bfd.interval": "BFD interval (ms)", "nos": "network OS",
    "bfd.multiplier": "BFD multiplier", "hold": "hold time (s)", "keepalive": "keepalive (s)",
    "mtu": "MTU", "server_mtu": "MTU of servers", "ttl_security": "TTL security", "cni": "CNI",
    "max_prefix": "max-prefix", "node_asn": "ASNs of nodes", "cni_mode": "mode of the CNI",
    "vlan": "VLAN", "families": "address families", "pair_peer": "other leaf of the pair",
}  # fmt: skip
_ENDS = {"a": "upper end", "b": "lower end"}


def words(field: str) -> str:
    """``b.max_prefix`` as ``max-prefix at the lower end``."""
    end, _, rest = field.partition(".")
    if end in _ENDS and rest:
        return f"{words(rest)} at the {_ENDS[end]}"
    return _WORDS.get(field, field.replace("_", " ").replace(".", " "))


def sentence(difference: Difference) -> str:
    """``hold time (s) 9 -> 30``; what is absent reads ``none``."""
    what, old, new = difference
    return f"{words(what)} {old or 'none'} -> {new or 'none'}"


def entries(difference: Difference) -> str:
    """The entries of a list or a policy that came and went, or that only their order changed."""
    separator = "; " if difference.what.startswith("policy") else ", "
    old = [entry for entry in difference.old.split(separator) if entry]
    new = [entry for entry in difference.new.split(separator) if entry]
    gone, came = set(old) - set(new), set(new) - set(old)
    changes = [f"- {e}" for e in old if e in gone] + [f"+ {e}" for e in new if e in came]
    return f"{difference.what}: {separator.join(changes) or 'in another order'}"
