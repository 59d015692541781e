"""Which pixels? Several answers side by side, and how far each can be trusted.

A `Subject` (picture, network, target) goes through a `Method` and becomes an `Attribution`, a map
of values of a declared kind. Scores look at attributions only, so that baselines are scored as
methods are. captum is imported here and nowhere else, on first use: it loads a drawing library.
"""
