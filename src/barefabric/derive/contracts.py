"""placeholder by the lead; the contracts helper replaces this file."""
from barefabric.model.contract import Contract
from barefabric.model.design import Design
def contracts(design: Design) -> tuple[Contract, ...]: return ()
