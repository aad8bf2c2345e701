"""placeholder by the lead; the kubernetes helper replaces this file."""
from barefabric.errors import Diagnostic
from barefabric.topology.load import Loaded
def check(loaded: Loaded) -> list[Diagnostic]: return []
def unsupported(loaded: Loaded) -> list[Diagnostic]: return []
