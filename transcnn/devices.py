"""Where a network computes, and in which precision. torch is loaded when it is asked for.

`float32` is the precision of the weights. Under `bfloat16` and `float16` products and convolutions
multiply in 16 bits, sums and weights stay in 32 (torch's autocast).
"""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal, get_args

from transcnn.errors import ChoiceError, NoDevice

if TYPE_CHECKING:
    import torch

Precision = Literal["float32", "bfloat16", "float16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


def find_device(wanted: "str | torch.device" = "auto") -> "torch.device":
    """The device called `wanted`: cpu, cuda, cuda:N or mps; `auto` takes CUDA, then MPS, else the
    CPU. A `torch.device` of another kind is taken as it is.

    Raises NoDevice, which names the devices that are there.
    """
    import torch

    if isinstance(wanted, torch.device) and wanted.type not in ("cpu", "cuda", "mps"):
        return wanted
    known = _known()
    if wanted == "auto":
        return torch.device(known[-1])
    if str(wanted) not in known:
        raise NoDevice(device=str(wanted), known=", ".join(["auto", *known]))
    return torch.device(wanted)


def _known() -> list[str]:
    """The names of the devices that are there, the preferred one last."""
    import torch

    known = ["cpu"]
    if torch.backends.mps.is_available():
        known.append("mps")
    if torch.cuda.is_available():
        known += [*(f"cuda:{number}" for number in range(torch.cuda.device_count())), "cuda"]
    return known


def find_precision(wanted: "str | torch.dtype") -> Precision:
    """The precision of this name or dtype. Raises ChoiceError for another one."""
    name = str(wanted).removeprefix("torch.")
    for precision in PRECISIONS:
        if name == precision:
            return precision
    raise ChoiceError(field="dtype", value=name, allowed=", ".join(PRECISIONS))


def computing_in(precision: Precision, device: "torch.device") -> AbstractContextManager[object]:
    """A context in which networks on `device` compute in `precision`."""
    import torch

    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, getattr(torch, precision))


def finish(device: "torch.device") -> None:
    """Wait until `device` has computed all that was asked of it."""
    import torch

    if device.type in ("cuda", "mps"):
        getattr(torch, device.type).synchronize()


def on_cpu(value: "torch.Tensor") -> "torch.Tensor":
    """`value` on the CPU, without its gradient; 16 bits become 32."""
    kept = value.detach().cpu()
    return kept.float() if kept.is_floating_point() and kept.element_size() < 4 else kept
