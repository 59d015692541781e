"""Attribution maps: which pixels matter for a class, by several methods, and how far to trust them.

A method turns a `Subject` (image, network, target class) into an `Attribution`: a map whose values
are of a declared kind. The methods, scores and baselines are listed in `names.py`. Scores see only
attributions, so baselines are scored exactly as methods are. captum is imported only in this
package, and only when it is used, because it loads a drawing library.
"""
