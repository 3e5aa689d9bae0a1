"""The published picker: its checkpoint read without TensorFlow, and what it finds in real records."""

import os

import numpy as np
import pytest
import torch

from eds_datasets import _tensor_bundle
from eds_datasets.errors import EdsError, UsageError
from eds_datasets.phasenet import PHASES, PhaseNet, load_phasenet_weights, standardize
from eds_datasets.waveforms import load_waveforms, simulate_waveforms

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")

TOLERANCE = 0.1 + 1e-9  # s
INDEX = "earthquake/phasenet/model_95.ckpt.index"
DATA = "earthquake/phasenet/model_95.ckpt.data-00000-of-00001"


@pytest.fixture(scope="module")
def published(real_mirror):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDS_DATA_MIRROR", str(real_mirror))
        yield load_phasenet_weights()


def share_within_tolerance(model, records, first):
    """Return the shares of P and S that the largest probability finds within 0.1 s."""
    windows = torch.from_numpy(standardize(records.waveforms[:, :, first : first + 3000].astype(float)))
    with torch.no_grad():
        probabilities = model(windows).numpy()
    shares = []
    for phase, onset in (("P", records.p_time), ("S", records.s_time)):
        found = (first + probabilities[:, PHASES.index(phase)].argmax(axis=1)) / records.sampling_rate
        picked = np.isfinite(onset)
        shares.append(np.mean(np.abs(found - onset)[picked] <= TOLERANCE))
    return shares


def test_the_published_weights_find_nearly_every_p_and_most_s_of_the_154_records(published):
    p_share, s_share = share_within_tolerance(published.model, load_waveforms(collection="ncedc"), 2000)
    assert p_share >= 0.95
    assert s_share >= 0.84


def test_in_iceland_they_find_three_in_five(published):
    p_share, s_share = share_within_tolerance(published.model, load_waveforms(collection="iceland"), 0)
    assert p_share == pytest.approx(0.61, abs=0.03)
    assert s_share == pytest.approx(0.59, abs=0.03)


def test_to_the_published_weights_simulated_records_look_like_those_of_their_regions(published):
    found = {
        region: share_within_tolerance(
            published.model, simulate_waveforms(150, seed=4, region=region, p_time=10.0), 0
        )
        for region in ("california", "iceland")
    }
    assert found["california"][0] > 0.9
    assert found["california"][1] > 0.84
    assert found["iceland"][0] < 0.8


def test_the_weights_are_said_to_be_what_they_are(published):
    assert (published.source, published.licence) == ("download", "MIT")
    assert "Zhu and Beroza" in published.citation
    assert not published.model.training
    assert sum(weight.numel() for weight in published.model.parameters()) == 268_443


@pytest.mark.parametrize("n_samples", [3000, 3001, 512, 4096])
def test_probabilities_have_the_length_of_the_record_and_add_up_to_one(n_samples):
    model = PhaseNet().eval()
    with torch.no_grad():
        probabilities = model(torch.randn(2, 3, n_samples))
    assert probabilities.shape == (2, 3, n_samples)
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(2, n_samples))


def test_the_network_learns():
    torch.manual_seed(0)
    model = PhaseNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    waveforms, labels = torch.randn(4, 3, 256), torch.randint(0, 3, (4, 256))
    losses = []
    for _ in range(8):
        loss = torch.nn.functional.cross_entropy(model.logits(waveforms), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


def test_standardized_components_have_mean_zero_and_deviation_one_and_silence_stays_silent():
    records = np.random.default_rng(0).normal(5.0, 3.0, (2, 3, 100))
    records[0, 0] = 7.0
    standard = standardize(records)
    assert standard.dtype == np.float32
    assert not standard[0, 0].any()
    assert standard[1].mean(axis=-1) == pytest.approx(np.zeros(3), abs=1e-6)
    assert standard[1].std(axis=-1) == pytest.approx(np.ones(3), abs=1e-5)


def test_without_the_files_auto_says_how_to_get_them(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    with pytest.raises(UsageError, match="phasenet is not on this machine") as caught:
        load_phasenet_weights()
    assert "eds data fetch phasenet" in caught.value.tip


def test_a_checkpoint_reads_like_numpy_wrote_it(real_mirror):
    tensors = _tensor_bundle.read_tensor_bundle(real_mirror / INDEX, real_mirror / DATA)
    assert tensors["Input/input_conv/kernel"].shape == (7, 1, 3, 8)
    assert tensors["global_step"].shape == ()
    assert tensors["global_step"].dtype == np.int32
    sizes = sum(tensor.nbytes for tensor in tensors.values())
    assert sizes == (real_mirror / DATA).stat().st_size
    assert np.all(tensors["Input/input_bn/moving_variance"] > 0.0)


def test_a_file_that_is_no_index_is_refused(tmp_path):
    path = tmp_path / "model.index"
    path.write_bytes(os.urandom(200))
    with pytest.raises(EdsError, match="no index of a TensorFlow checkpoint"):
        _tensor_bundle.read_tensor_bundle(path, path)


def test_an_index_without_its_first_half_is_refused(tmp_path, real_mirror):
    whole = (real_mirror / INDEX).read_bytes()
    path = tmp_path / "model.index"
    path.write_bytes(whole[len(whole) // 2 :])
    with pytest.raises(EdsError):
        _tensor_bundle.read_tensor_bundle(path, real_mirror / DATA)


def test_data_that_are_cut_short_are_refused(tmp_path, real_mirror):
    path = tmp_path / "model.data"
    path.write_bytes((real_mirror / DATA).read_bytes()[:1000])
    with pytest.raises(EdsError, match=r"does not fit model\.data"):
        _tensor_bundle.read_tensor_bundle(real_mirror / INDEX, path)


def test_without_torch_it_says_what_to_install(tmp_path):
    import subprocess
    import sys

    code = "import sys; sys.modules['torch'] = None; from eds_datasets import load_phasenet_weights"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "EdsError: PhaseNet needs torch, which is not installed here" in done.stderr
