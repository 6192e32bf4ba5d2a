"""Which proxies are believed, and who stands behind them."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(names: Iterable[str]) -> list[Network]:
    """Return the networks of a setting; an address is a network of one.

    Raises:
        ValueError: one is neither address nor network; the message names it.
    """
    return [ip_network(name.strip(), strict=False) for name in names]


def client_behind(peer: str, forwarded: str, trusted: Sequence[Network]) -> str | None:
    """Return the address of the client when `peer` is a trusted proxy, None when it is not and nothing it says counts.

    Args:
        peer: the address the connection comes from.
        forwarded: the value of X-Forwarded-For: each proxy adds the address it was called from at the end.
        trusted: whose additions are believed. What stands before them anybody may have made up.
    """
    here = _address(peer)
    if here is None or not _within(here, trusted):
        return None
    for entry in reversed(forwarded.split(",")):
        further = _address(entry)
        if further is None:
            break
        here = further
        if not _within(here, trusted):
            break
    return str(here)


def _within(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address as proxies write it: plain, with a port, in brackets; None for anything else."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
