"""What a run trains, whatever kind of network it is."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Trained(nn.Module, ABC):
    """A network in training. DistributedDataParallel wraps its `forward`."""

    @abstractmethod
    def learning(self) -> dict[str, Tensor]:
        """The trained weights, by their keys in the network."""

    @abstractmethod
    def statistics(self) -> dict[str, Tensor]:
        """The running statistics that training changes beside them, by their keys."""
