"""Sysctl files, and what the lab sets beside them."""

from collections.abc import Iterator

QUICK = (
    ("net.ipv6.conf.all.accept_dad", "0"),
    ("net.ipv6.conf.default.accept_dad", "0"),
    ("net.ipv6.conf.all.keep_addr_on_down", "1"),
)
"""The lab's own: links have two ends, so that no duplicate address is waited for. A lost carrier
takes no address away, but the lab sets ports down instead, and there the kernel would forget those
of IPv6."""


def read(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of a file in the format of ``sysctl.d(5)``."""
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if sign and not name.lstrip().startswith(("#", ";")):
            yield name.strip(), value.strip()
