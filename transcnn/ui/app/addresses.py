"""Addresses outside of the app, by the name of their word: the one place where they are set.

The project's own source belongs here, as "source", as soon as it has a public address.
"""

ADDRESSES = {
    "paper": "https://arxiv.org/abs/2106.03180",
    "code": "https://github.com/yun-liu/TransCNN",
}
