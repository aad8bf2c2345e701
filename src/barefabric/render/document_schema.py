"""The JSON Schema of ``design.json``; :mod:`barefabric.render.document` writes the document."""

from typing import Any

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_YES = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}
_BFD = {
    "type": ["object", "null"],
    "description": "BFD timers: interval in milliseconds, detection multiplier; null is off.",
    "properties": {"interval": _WHOLE, "multiplier": _WHOLE},
    "required": ["interval", "multiplier"],
    "additionalProperties": False,
}


_IPV6 = {"type": "string", "description": "The same in IPv6; left out where there is none."}


def _record(
    description: str,
    properties: dict[str, Any],
    required: bool = True,
    optional: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An object that has exactly these properties (or some of them), and may have the optional."""
    return {
        "type": "object",
        "description": description,
        "properties": properties | (optional or {}),
        "required": list(properties) if required else [],
        "additionalProperties": False,
    }


def _table(description: str, record: dict[str, Any]) -> dict[str, Any]:
    """An object whose keys are names."""
    return {"type": "object", "description": description, "additionalProperties": record}


_INTERFACES = _table("The link in each port that carries a cable, by port.", _TEXT)

_SWITCH = _record(
    "A switch.",
    {
        "role": {"enum": ["superspine", "spine", "leaf", "border"]}, "nos": _TEXT, "model": _TEXT,
        "rack": _TEXT, "pod": _TEXT, "plane": _WHOLE, "pair_peer": _TEXT, "id": _WHOLE,
        "asn": _WHOLE, "loopback": _TEXT, "management": _TEXT, "originates": _TEXTS,
        "interfaces": _INTERFACES,
    },
    optional={"loopback6": _IPV6},
)  # fmt: skip

_SERVER = _record(
    "A server; the first address is its node address. Addresses of IPv6 come after those of IPv4.",
    {
        "role": {"const": "server"}, "type": _TEXT, "rack": _TEXT, "position": _WHOLE,
        "attach": {"enum": ["bond", "routed", "single"]}, "cluster": _TEXT,
        "control_plane": _YES, "asn": _WHOLE, "addresses": _TEXTS, "interfaces": _INTERFACES,
    },
)  # fmt: skip

_LINK_END = _record(
    "One end of a cable; addresses have a length.",
    {"device": _TEXT, "port": _TEXT, "address": _TEXT},
    optional={"address6": _IPV6},
)

_SESSION_END = {
    **_record(
        "One end of a session: an address, an interface, or both. ``import`` is the import policy "
        "of this neighbor alone.",
        {"device": _TEXT, "asn": _WHOLE, "address": _TEXT, "interface": _TEXT, "import": _TEXT},
    ),
    "required": ["device", "asn"],
}

_SIDE = _record(
    "How one end of a kind of session behaves.",
    {
        "speaker": _TEXT, "group": _TEXT,
        "source": {"enum": ["link", "svi", "loopback", "address"]},
        "import_policy": _TEXT, "export_policy": _TEXT, "passive": _YES, "max_prefix": _WHOLE,
        "next_hop_self": _YES, "remove_private_as": _YES, "send_community": _YES,
        "local_as": _WHOLE,
    },
)  # fmt: skip

_PROFILE = _record(
    "What all sessions of a kind share. Times are in seconds.",
    {
        "kind": {"enum": ["fabric", "pair", "host", "node", "upstream"]}, "families": _TEXTS,
        "keepalive": _WHOLE, "hold": _WHOLE, "bfd": _BFD,
        "authentication": {**_TEXT, "description": "Name of the secret; empty is none."},
        "hops": _WHOLE, "ttl_security": _YES, "cluster": _TEXT, "a": _SIDE, "b": _SIDE,
    },
)  # fmt: skip

_CLUSTER = _record(
    "A Kubernetes cluster, every choice made.",
    {
        "version": _TEXT, "nodes": _WHOLE, "control_plane": _TEXTS, "etcd": _TEXT, "pods": _TEXTS,
        "services": _TEXTS, "cni": _TEXT, "cni_mode": _TEXT, "block_size": _WHOLE,
        "node_asn": _TEXT, "asn": _WHOLE, "load_balancer": _TEXT, "announcer": _TEXT,
        "pools": _table("", _record("", {"prefixes": _TEXTS, "announce_to": _TEXTS})),
        "endpoint": _TEXT, "endpoint_use": _TEXT, "authentication": _TEXT, "mtu": _WHOLE,
    },
)  # fmt: skip

_POLICY = _record(
    "What a switch filters by. A prefix list entry reads as in a configuration.",
    {
        "prefix_lists": _table("", _TEXTS), "community_lists": _table("", _TEXT),
        "policies": _table(
            "Terms in order; what no term matches is refused.",
            {
                "type": "array",
                "items": _record(
                    "A term.",
                    {
                        "sequence": _WHOLE, "permit": _YES, "prefix_list": _TEXT,
                        "community_list": _TEXT, "own_path": _YES, "local_preference": _WHOLE,
                        "weight": _WHOLE, "set_community": _TEXT,
                    },
                    required=False,
                ),
            },
        ),
    },
)  # fmt: skip

_CONTRACT = _record(
    "A statement that judges decide.",
    {
        "id": _TEXT, "kind": _TEXT, "sentence": _TEXT, "subjects": _TEXTS, "prefixes": _TEXTS,
        "expected": _TEXTS, "over": _TEXT,
    },
)  # fmt: skip


def design_schema() -> dict[str, Any]:
    """The schema of the whole document (JSON Schema 2020-12)."""
    schema = _record(
        "A designed fabric.",
        {
            "schema": {"const": "barefabric.design/2"},
            "fabric": _TEXT,
            "topology": {**_TEXT, "description": "Name of the topology's file."},
            "underlay": _record("Choices for every fabric link.", {
                "links": {"enum": ["numbered", "unnumbered"]}, "families": _TEXTS, "mtu": _WHOLE,
                "server_mtu": _WHOLE, "bfd": _BFD, "keepalive": _WHOLE, "hold": _WHOLE,
                "authentication": _TEXT,
            }),
            "devices": _table("Switches and servers by name.", {"oneOf": [_SWITCH, _SERVER]}),
            "racks": _table("Racks by name.", _record("A rack.", {
                "pod": _TEXT, "leaves": _TEXTS, "prefix": _TEXT, "gateway": _TEXT, "vlan": _WHOLE,
                "servers": _WHOLE,
            }, optional={"prefix6": _IPV6, "gateway6": _IPV6, "server_mtu": {
                **_WHOLE, "description": "Where it is not the underlay's."}})),
            "pairs": _table("MLAG pairs by name, which is their domain.", _record(
                "A pair. The control session and the iBGP session of its leaves have a VLAN and a "
                "/31 each; addresses are in the order of the leaves.",
                {"leaves": _TEXTS, "peer_links": _TEXTS, "control_vlan": _WHOLE,
                 "control": _TEXTS, "routing_vlan": _WHOLE, "routing": _TEXTS},
                optional={"routing6": {**_TEXTS, "description": "A /127 for iBGP over IPv6."}})),
            "links": _table("Cables by name: lower device, upper device, index.", _record(
                "A cable; end a is the upper device. The speed is in Gbit/s.",
                {"kind": {"enum": ["fabric", "peer", "server", "upstream"]}, "speed": _WHOLE,
                 "a": _LINK_END, "b": _LINK_END})),
            "bonds": _table("The links of each server's LACP bond, by server.", _TEXTS),
            "profiles": _table("Kinds of session by name.", _PROFILE),
            "sessions": _table("BGP sessions by id; end a is the upper device.", _record(
                "A session.",
                {"profile": _TEXT, "kind": _TEXT, "a": _SESSION_END, "b": _SESSION_END})),
            "policies": _table("Routing policy by switch.", _POLICY),
            "prefixes": _record("Prefixes that may appear in the fabric, by class.", {
                "loopbacks": _TEXTS, "racks": _TEXTS, "hosts": _TEXTS, "pods": _TEXTS,
                "services": _TEXTS, "external": _TEXTS,
            }),
            "clusters": _table("Kubernetes clusters by name.", _CLUSTER),
            "announcements": {
                "type": "array",
                "description": "What nodes are to announce: server, profile, prefix, kind.",
                "items": {"type": "array", "items": _TEXT, "minItems": 4, "maxItems": 4},
            },
            "contracts": {"type": "array", "items": _CONTRACT},
            "pools": {"type": "array", "items": _record(
                "How full a pool is. Names of IPv6 pools end in 6.", {
                "name": _TEXT, "prefixes": _TEXTS, "unit": _WHOLE, "used": _WHOLE,
                "retired": _WHOLE, "size": _WHOLE,
            })},
        },
    )  # fmt: skip
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "barefabric design"
    return schema
