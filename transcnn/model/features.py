"""A network as the backbone of a detector or a segmenter: the maps of its stages, as a list."""

from collections.abc import Sequence

from torch import Tensor, nn

from transcnn.model.network import FeatureInfo, TransCNN


class FeatureNetwork(nn.Module):
    """The maps [B, C_s, H / stride, W / stride] of the stages `out_indices` of `model`, first to
    last; as timm's `features_only`.

    None stands for all four stages; stages after the last chosen one, and the classifier, are gone.
    Raises ChoiceError for stages that do not exist.
    """

    def __init__(self, model: TransCNN, out_indices: int | Sequence[int] | None = None) -> None:
        super().__init__()
        self.config = model.config
        self.model = model
        every = len(model.blocks)
        chosen = model.prune_intermediate_layers(
            every if out_indices is None else out_indices, prune_norm=True
        )
        self.out_indices = tuple(chosen)

    @property
    def feature_info(self) -> FeatureInfo:
        """Channels and reductions of the maps."""
        maps = self.model.feature_info
        return FeatureInfo(maps[stage] for stage in self.out_indices)

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        self.model.set_grad_checkpointing(enable)

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.model.forward_intermediates(
            x, indices=self.out_indices, intermediates_only=True
        )
