"""What the package can do only with more packages, which `pip install "transcnn[NAME]"` brings."""

from importlib.util import find_spec

from transcnn.errors import MissingExtra

EXTRAS = {
    "explain": ("captum", "scipy"),
    "reports": ("scipy", "sklearn", "jinja2", "latex2mathml", "pyarrow"),
    "export": ("onnx", "onnxscript", "onnxruntime"),
    "openvino": ("openvino",),
    "detection": ("torchvision", "faster_coco_eval"),
    "app": ("streamlit", "plotly", "segno"),
}
_WITHIN = {
    "app": ("detection", "explain", "reports"),
    "openvino": ("export",),
}  # brought by another one


def need(*extras: str) -> None:
    """Raises MissingExtra unless the modules of all these are installed."""
    for extra in extras:
        missing = _missing(extra)
        if missing:
            raise MissingExtra(modules=", ".join(missing), extra=extra)


def is_installed(extra: str) -> bool:
    """Whether all modules of `extra` are."""
    return not _missing(extra)


def _missing(extra: str) -> list[str]:
    parts = (extra, *_WITHIN.get(extra, ()))
    modules = dict.fromkeys(module for part in parts for module in EXTRAS[part])
    return [module for module in modules if find_spec(module) is None]
