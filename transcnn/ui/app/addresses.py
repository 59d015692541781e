"""Addresses outside of the app, by the name of their word: the one place where they are set.

The overview links to those that are known; None: there is no public address, and no link.
"""

ADDRESSES: dict[str, str | None] = {
    "paper": "https://arxiv.org/abs/2106.03180",
    "code": "https://github.com/yun-liu/TransCNN",  # of the paper's authors
    "source": None,  # of this project
}


def known_addresses() -> dict[str, str]:
    """The addresses that are set, in their order."""
    return {name: address for name, address in ADDRESSES.items() if address is not None}
