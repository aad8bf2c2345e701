"""What would change in the clusters: the build's manifests against those last pushed.

No API server is asked. Objects are told apart by kind, namespace and name; files that are not
Kubernetes objects of a cluster (kustomization.yaml, a README) are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from barefabric.model.design import Design
from barefabric.push.graph import Graph, graph
from barefabric.push.running import read_files
from barefabric.push.waves import Plan

CLIENT_SIDE = {"Kustomization"}
"""Kinds that tools read and no cluster stores."""

_KIND = re.compile(r"^kind:[ \t]*(\S+)", re.MULTILINE)
_METADATA = re.compile(r"^metadata:[ \t]*\n(?P<body>(?:[ \t]+.*\n?|[ \t]*\n)+)", re.MULTILINE)
_FIELD = re.compile(r"^  (name|namespace):[ \t]*(\S+)", re.MULTILINE)
_BORDER = re.compile(r"^---[ \t]*$", re.MULTILINE)

Key = tuple[str, str, str]


class ClusterChange(NamedTuple):
    """What a push would change in one cluster, as counts per kind.

    ``wave`` is the last wave that touches a leaf of the cluster's nodes, 0 where none does.
    ``known`` is false where nothing was pushed before: then all objects count as added.
    """

    cluster: str
    wave: int
    known: bool
    added: Mapping[str, int]
    changed: Mapping[str, int]
    removed: Mapping[str, int]

    @property
    def changes(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.changed or self.removed)


def cluster_changes(
    design: Design, build: Path, pushed: Path, plan: Plan
) -> tuple[ClusterChange, ...]:
    """One entry for each cluster of the design, in order."""
    links = graph(design)
    waves = plan.wave_of()
    return tuple(
        _change(
            name,
            build / "clusters" / name,
            pushed / "clusters" / name,
            _last_wave(design, links, name, waves),
        )
        for name in design.clusters
    )


def _change(name: str, build: Path, pushed: Path, wave: int) -> ClusterChange:
    """Compare the objects of one cluster. Files with equal text are not looked into."""
    known = pushed.is_dir()
    old, new = read_files(pushed) if known else {}, read_files(build) if build.is_dir() else {}
    same = {file for file, text in new.items() if old.get(file) == text}
    before = dict(_objects(text for file, text in old.items() if file not in same))
    after = dict(_objects(text for file, text in new.items() if file not in same))
    return ClusterChange(
        cluster=name,
        wave=wave,
        known=known,
        added=_kinds(key for key in after if key not in before),
        changed=_kinds(key for key in after if key in before and before[key] != after[key]),
        removed=_kinds(key for key in before if key not in after),
    )


def _objects(texts: Iterable[str]) -> Iterator[tuple[Key, str]]:
    """Key and text of each object in YAML files written in block style, as the build's are."""
    for text in texts:
        for document in _BORDER.split(text):
            kind, metadata = _KIND.search(document), _METADATA.search(document)
            if kind is None or metadata is None or kind[1] in CLIENT_SIDE:
                continue
            fields = dict(_FIELD.findall(metadata["body"]))
            key = (kind[1], fields.get("namespace", ""), fields.get("name", ""))
            yield key, _without_comments(document)


def _without_comments(document: str) -> str:
    """The lines that mean something."""
    lines = (line.rstrip() for line in document.splitlines())
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))


def _kinds(keys: Iterable[Key]) -> dict[str, int]:
    """How many objects of each kind, by name of the kind."""
    return dict(sorted(Counter(kind for kind, _, _ in keys).items()))


def _last_wave(design: Design, links: Graph, cluster: str, waves: Mapping[str, int]) -> int:
    """Nodes must not speak to a leaf that does not know them yet: the last wave of their leaves."""
    nodes = set(design.clusters[cluster].nodes)
    last = 0
    for legs, servers in links.legs.items():
        if nodes.intersection(servers):
            last = max(last, *(waves.get(leaf, 0) for leaf in legs), 0)
    return last
