"""Names of interfaces as Linux takes them."""

LONGEST = 15
"""Characters in the name of a Linux interface (IFNAMSIZ is 16, with the closing zero)."""


def port(name: str) -> str:
    """A switch's port as a Linux interface: ``Ethernet49/1`` is ``Ethernet49_1``.

    Names that are too long lose their middle: ``TenGigabitEthernet1/0/1`` is ``Te1_0_1``.
    """
    plain = name.replace("/", "_").replace(":", "_").replace(" ", "")
    if len(plain) <= LONGEST:
        return plain
    digits = next((n for n, letter in enumerate(plain) if letter.isdigit()), len(plain))
    return (plain[:2] + plain[digits:])[:LONGEST]
