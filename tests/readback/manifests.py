"""Read BGP sessions back from a cluster's manifests, as the components would."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from readback.end import End, family_of

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's safe loader, the fast one where it is built in."""

Documents = list[dict[str, Any]]


def documents(files: Mapping[str, str], kind: str) -> Documents:
    """Every object of one kind in a cluster's YAML files."""
    found = []
    for path, text in files.items():
        if path.endswith(".yaml"):
            found += [d for d in yaml.load_all(text, LOADER) if d.get("kind") == kind]
    return found


def read_cluster(files: Mapping[str, str]) -> list[End]:
    """The node's end of each session that a cluster's files describe."""
    return [*read_calico(files), *read_metallb(files)]


def node_addresses(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Node addresses as kubelets register them, in their order."""
    lines = files["kubelet-arguments.txt"].splitlines()
    found = (re.match(r"(\S+) --node-ip=(\S+) ", line) for line in lines)
    return {m[1]: m[2].split(",") for m in found if m}


def selected(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether a Calico selector (equality and ``&&`` only) takes a node."""
    parts = [re.fullmatch(r"(\S+) == '([^']*)'", part) for part in selector.split(" && ")]
    assert all(parts), selector
    return all(labels.get(part[1]) == part[2] for part in parts if part)


def seconds(text: str) -> int:
    """A duration in whole seconds."""
    assert re.fullmatch(r"\d+s", text), text
    return int(text[:-1])


def secret(reference: Mapping[str, str]) -> str:
    """The name of a secret of the topology, from a reference to a Secret."""
    return reference["name"].removeprefix("bgp-")


def read_calico(files: Mapping[str, str]) -> Iterator[End]:
    """Calico's sessions: each BGPPeer on each node that its selector takes."""
    configurations = documents(files, "BGPConfiguration")
    if not configurations:
        return
    default = configurations[0]["spec"].get("asNumber", 64512)
    addresses = detected(files)
    peers = documents(files, "BGPPeer")
    for node in documents(files, "Node"):
        metadata = node["metadata"]
        annotations = metadata.get("annotations", {})
        asn = int(annotations.get("projectcalico.org/ASNumber", default))
        for peer in peers:
            spec = peer["spec"]
            if peer["apiVersion"] != "projectcalico.org/v3":
                continue
            if not selected(spec["nodeSelector"], metadata["labels"]):
                continue
            password = spec.get("password", {}).get("secretKeyRef")
            families = family_of(spec["peerIP"])
            yield End(
                metadata["name"], addresses[metadata["name"], *families], spec["peerIP"], asn,
                spec["asNumber"], secret(password) if password else "", None,
                seconds(spec["keepaliveTime"]), 0, families, spec.get("ttlSecurity", 0), False,
            )  # fmt: skip


def detected(files: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The address of each node and family that calico-node takes, where it looks for one."""
    (installation,) = documents(files, "Installation")
    network = installation["spec"]["calicoNetwork"]
    found = {}
    for node, addresses in node_addresses(files).items():
        for address in addresses:
            (family,) = family_of(address)
            method = network.get(f"nodeAddressAutodetection{family.removeprefix('ip').upper()}")
            if method == {"kubernetes": "NodeInternalIP"}:
                found[node, family] = address
    return found


def read_metallb(files: Mapping[str, str]) -> Iterator[End]:
    """MetalLB's sessions: each BGPPeer on the one node that it selects."""
    profiles = {p["metadata"]["name"]: p["spec"] for p in documents(files, "BFDProfile")}
    for peer in documents(files, "BGPPeer"):
        if peer["apiVersion"] != "metallb.io/v1beta2":
            continue
        spec = peer["spec"]
        (node,) = spec["nodeSelectors"]
        ((label, name),) = node["matchLabels"].items()
        assert label == "kubernetes.io/hostname"
        bfd = profiles[spec["bfdProfile"]] if "bfdProfile" in spec else None
        timers = (bfd["receiveInterval"], bfd["detectMultiplier"]) if bfd else None
        password = spec.get("passwordSecret")
        hold = seconds(spec["holdTime"])
        keepalive = seconds(spec["keepaliveTime"]) if "keepaliveTime" in spec else hold // 3
        yield End(
            name, spec["sourceAddress"], spec["peerAddress"], spec["myASN"], spec["peerASN"],
            secret(password) if password else "", timers, keepalive, hold,
            family_of(spec["peerAddress"]),
            0 if spec.get("ebgpMultiHop") else 1, False,
        )  # fmt: skip
