"""Programs that compute a network from its ONNX file: onnxruntime and OpenVINO, on the CPU.

torch is loaded when a file is opened.
"""

import os
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from transcnn.extras import need

if TYPE_CHECKING:
    from torch import Tensor

Engine = Literal["onnxruntime", "openvino"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Run = Callable[["Tensor"], list["Tensor"]]
"""From normalised images [B, 3, H, W] to the outputs of the file, in its order."""


def need_engine(engine: Engine) -> None:
    """Raises MissingExtra where the engine, or what writes its files, is not installed."""
    need("openvino" if engine == "openvino" else "export")


def is_installed(engine: Engine) -> bool:
    return find_spec(engine) is not None


def describe(engine: str) -> str:
    """An engine, torch too, with its version."""
    return f"{engine} {version(engine).split('+')[0]}"


def open_engine(engine: Engine, file: Path, threads: int) -> Run:
    """The engine with the file loaded, computing with `threads` threads.

    Raises MissingExtra where the engine is not installed.
    """
    need_engine(engine)
    return (_open_onnxruntime if engine == "onnxruntime" else _open_openvino)(file, threads)


def _open_onnxruntime(file: Path, threads: int) -> Run:
    # It reports its use to its makers unless this is set before it is loaded.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime
    import torch

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def run(x: "Tensor") -> list["Tensor"]:
        found = session.run(None, {"images": x.cpu().contiguous().numpy()})
        return [torch.from_numpy(one) for one in found]

    return run


def _open_openvino(file: Path, threads: int) -> Run:
    import openvino
    import torch

    # By itself OpenVINO computes in 16 bits where the processor can.
    hints = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
    compiled = openvino.Core().compile_model(str(file), "CPU", hints)

    def run(x: "Tensor") -> list["Tensor"]:
        found = compiled(x.cpu().contiguous().numpy())
        return [torch.from_numpy(found[output].copy()) for output in compiled.outputs]

    return run
