"""PhaseNet: the network of Zhu and Beroza (2019) in PyTorch, and its published weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets import registry
from eds_datasets._tensor_bundle import read_tensor_bundle
from eds_datasets.dataset import Dataset, Source, choose_layer
from eds_datasets.errors import EdsError
from eds_datasets.fetch import fetch

try:
    import torch
    from torch import Tensor, nn
except ModuleNotFoundError as error:
    raise EdsError(
        "PhaseNet needs torch, which is not installed here",
        "python -m pip install 'earth-data-science[deep]'",
    ) from error

__all__ = ["PHASES", "PhaseNet", "PhaseNetWeights", "load_phasenet_weights", "standardize"]

PHASES = ("noise", "P", "S")

_KERNEL = 7
_STRIDE = 4
_DEPTH = 5
_FIRST_FILTERS = 8
_EPSILON = 1e-3  # of batch normalisation, TensorFlow's default
_INDEX = "earthquake/phasenet/model_95.ckpt.index"
_DATA = "earthquake/phasenet/model_95.ckpt.data-00000-of-00001"

Tensors = dict[str, NDArray[Any]]


class _SameConv(nn.Conv1d):
    """A convolution padded as TensorFlow does it: ceil(n / stride) samples out, an odd zero on the right."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        n_samples, stride = input.shape[-1], self.stride[0]
        padding = max((-(-n_samples // stride) - 1) * stride + self.kernel_size[0] - n_samples, 0)
        return super().forward(nn.functional.pad(input, (padding // 2, padding - padding // 2)))


class _SameTransposedConv(nn.ConvTranspose1d):
    """The transpose of the padded convolution: stride · n samples out."""

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:  # noqa: A002
        full = super().forward(input, output_size)
        surplus = self.kernel_size[0] - self.stride[0]
        left = surplus // 2
        return full[..., left : full.shape[-1] - (surplus - left)]


class _Down(nn.Module):
    """One level down: a convolution, and except at the bottom a second one that keeps every fourth sample."""

    def __init__(self, n_in: int, n_out: int, is_bottom: bool) -> None:
        super().__init__()
        self.conv = _SameConv(n_in, n_out, _KERNEL, bias=False)
        self.norm = nn.BatchNorm1d(n_out, eps=_EPSILON)
        self.shrink = None if is_bottom else _SameConv(n_out, n_out, _KERNEL, stride=_STRIDE, bias=False)
        self.shrink_norm = None if is_bottom else nn.BatchNorm1d(n_out, eps=_EPSILON)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return what goes down, and what skips to the same level on the way up."""
        skip = torch.relu(self.norm(self.conv(features)))
        if self.shrink is None or self.shrink_norm is None:
            return skip, skip
        return torch.relu(self.shrink_norm(self.shrink(skip))), skip


class _Up(nn.Module):
    """One level up: four samples for one, joined to what skipped the levels below, and a convolution."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.grow = _SameTransposedConv(n_in, n_out, _KERNEL, stride=_STRIDE, bias=False)
        self.grow_norm = nn.BatchNorm1d(n_out, eps=_EPSILON)
        self.conv = _SameConv(2 * n_out, n_out, _KERNEL, bias=False)
        self.norm = nn.BatchNorm1d(n_out, eps=_EPSILON)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        grown = torch.relu(self.grow_norm(self.grow(features)))
        first = (grown.shape[-1] - skip.shape[-1]) // 2
        joined = torch.cat([skip, grown[..., first : first + skip.shape[-1]]], dim=1)
        return torch.relu(self.norm(self.conv(joined)))


class PhaseNet(nn.Module):
    """The U-shaped network that turns three components into probabilities of noise, P and S.

    Zhu & Beroza (2019), Geophys. J. Int. 216.

    Five levels of 8, 16, 32, 64 and 128 filters, kernels of 7 samples, stride 4 between levels, about 270,000
    weights. Made here it has random weights, to be trained; `load_phasenet_weights` gives the published ones.

    Examples
    --------
    >>> import torch
    >>> from eds_datasets import PhaseNet
    >>> PhaseNet().eval()(torch.zeros(2, 3, 3000)).shape
    torch.Size([2, 3, 3000])
    """

    def __init__(self) -> None:
        super().__init__()
        filters = [_FIRST_FILTERS * 2**level for level in range(_DEPTH)]
        self.entry = _SameConv(3, filters[0], _KERNEL)
        self.entry_norm = nn.BatchNorm1d(filters[0], eps=_EPSILON)
        n_in = [filters[0], *filters[:-1]]
        self.down = nn.ModuleList(
            _Down(n_in[level], filters[level], level == _DEPTH - 1) for level in range(_DEPTH)
        )
        self.up = nn.ModuleList(_Up(filters[level + 1], filters[level]) for level in range(_DEPTH - 1))
        self.exit = _SameConv(filters[0], len(PHASES), 1)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the probabilities of the phases at each sample.

        Parameters
        ----------
        waveforms : Tensor, shape (n_records, 3, n_samples)
            East, north, up at 100 Hz, each component with mean 0 and standard deviation 1 (`standardize`);
            trained with 3000 samples.

        Returns
        -------
        Tensor, shape (n_records, 3, n_samples)
            Noise, P, S; they add up to one.
        """
        return torch.softmax(self.logits(waveforms), dim=1)

    def logits(self, waveforms: Tensor) -> Tensor:
        """Return what `forward` takes the softmax of, for a loss; same shapes."""
        features = torch.relu(self.entry_norm(self.entry(waveforms)))
        skips = []
        for level in self.down:
            features, skip = level(features)
            skips.append(skip)
        for level, skip in zip(reversed(self.up), reversed(skips[:-1]), strict=True):
            features = level(features, skip)
        logits: Tensor = self.exit(features)
        return logits


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseNetWeights(Dataset):
    """The published network.

    Attributes
    ----------
    model : PhaseNet
        With the published weights, ready to predict (in evaluation mode).
    sampling_rate : float
        Hz, of the records that it was trained with.
    """

    model: PhaseNet
    sampling_rate: float


def load_phasenet_weights(source: Source = "auto") -> PhaseNetWeights:
    """Load PhaseNet with the weights that its authors published.

    The checkpoint is TensorFlow's; it is read without TensorFlow, and nothing in it is executed.

    Parameters
    ----------
    source : {"auto", "download"}
        There is only a download.

    Returns
    -------
    PhaseNetWeights

    Raises
    ------
    UsageError
        The files are not here and were not asked for.
    EdsError
        The download failed, or the checkpoint is not that of PhaseNet.
    """
    return choose_layer("phasenet", source, {"download": _download}, keys=(_INDEX, _DATA))


def _download() -> PhaseNetWeights:
    known = registry.entry(_INDEX)
    model = PhaseNet()
    model.load_state_dict(_state(model, read_tensor_bundle(fetch(_INDEX), fetch(_DATA))))
    return PhaseNetWeights(
        name="phasenet",
        source="download",
        licence=known.licence,
        citation=known.citation,
        units={"model": "-", "sampling_rate": "Hz"},
        model=model.eval(),
        sampling_rate=100.0,
    )


def _state(model: PhaseNet, tensors: Tensors) -> dict[str, Tensor]:
    """Return the published tensors under the names and in the shapes of the module."""
    state = _conv("entry", "Input/input_conv", tensors) | _norm("entry_norm", "Input/input_bn", tensors)
    state |= _conv("exit", "Output/output_conv", tensors)
    for level in range(_DEPTH):
        here, there, number = f"down.{level}", f"DownConv_{level}", level + 1
        state |= _conv(f"{here}.conv", f"{there}/down_conv1_{number}", tensors)
        state |= _norm(f"{here}.norm", f"{there}/down_bn1_{number}", tensors)
        if level < _DEPTH - 1:
            state |= _conv(f"{here}.shrink", f"{there}/down_conv3_{number}", tensors)
            state |= _norm(f"{here}.shrink_norm", f"{there}/down_bn3_{number}", tensors)
            state |= _level_up(level, tensors)
    counts = {
        name: value for name, value in model.state_dict().items() if name.endswith("num_batches_tracked")
    }
    return counts | {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}


def _level_up(level: int, tensors: Tensors) -> Tensors:
    here, there, number = f"up.{level}", f"UpConv_{level}", level + 1
    return {
        **_conv(f"{here}.grow", f"{there}/up_conv0_{number}", tensors),
        **_norm(f"{here}.grow_norm", f"{there}/up_bn0_{number}", tensors),
        **_conv(f"{here}.conv", f"{there}/up_conv1_{number}", tensors),
        **_norm(f"{here}.norm", f"{there}/up_bn1_{number}", tensors),
    }


def _conv(here: str, there: str, tensors: Tensors) -> Tensors:
    """Turn a kernel of TensorFlow, (length, 1, in, out), into one of PyTorch, (out, in, length).

    A transposed convolution's is (length, 1, out, in) there and (in, out, length) here: the same turn.
    """
    kernel = {f"{here}.weight": _find(f"{there}/kernel", tensors)[:, 0].transpose(2, 1, 0)}
    bias = {f"{here}.bias": tensors[f"{there}/bias"]} if f"{there}/bias" in tensors else {}
    return kernel | bias


def _norm(here: str, there: str, tensors: Tensors) -> Tensors:
    names = {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
    return {f"{here}.{own}": _find(f"{there}/{theirs}", tensors) for own, theirs in names.items()}


def _find(name: str, tensors: Tensors) -> NDArray[Any]:
    if name not in tensors:
        raise EdsError(f"the checkpoint has no tensor {name}: it is not that of PhaseNet")
    return tensors[name]


def standardize(waveforms: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Give each component mean 0 and standard deviation 1, as PhaseNet expects it.

    Parameters
    ----------
    waveforms : array, shape (..., n_samples)

    Returns
    -------
    array of float32, shape (..., n_samples)
        A component without variation becomes zero.
    """
    centred = waveforms - waveforms.mean(axis=-1, keepdims=True)
    deviation = centred.std(axis=-1, keepdims=True)
    return np.asarray(centred / np.where(deviation > 0.0, deviation, 1.0), dtype=np.float32)
