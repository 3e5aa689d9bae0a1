"""The physics under the simulated records: sources, paths, noise, each against what theory says of it."""

import numpy as np
import pytest

from eds_datasets import _noise, _seismic

FREQUENCY = np.fft.rfftfreq(8192, 0.01)


def pulse(spectrum):
    return np.fft.irfft(spectrum, 8192)


def test_a_moment_magnitude_of_four_is_a_moment_of_1_3e15():
    assert _seismic.seismic_moment(np.array(4.0)) == pytest.approx(1.26e15, rel=0.01)


def test_the_corner_falls_tenfold_over_two_magnitudes_of_constant_stress_drop():
    moment = _seismic.seismic_moment(np.array([2.0, 4.0]))
    corner = _seismic.brune_corner(moment, np.array(3.0), 3.5)
    assert corner[0] / corner[1] == pytest.approx(10.0)


def test_the_spectrum_falls_to_half_the_plateau_of_displacement_at_the_corner():
    corner = np.array([FREQUENCY[400]])
    velocity = _seismic.source_spectrum(FREQUENCY, np.array([1e13]), corner, 5.8, np.array([10.0]))
    displacement = np.abs(velocity[0, 1:]) / (2.0 * np.pi * FREQUENCY[1:])
    assert displacement[399] / displacement[0] == pytest.approx(0.5, rel=1e-3)


def test_the_low_frequency_level_is_that_of_a_point_source_in_the_far_field():
    velocity = _seismic.source_spectrum(
        np.array([0.01]), np.array([1e13]), np.array([5.0]), 5.8, np.array([10.0])
    )
    level = 2.0 * 1e13 / (4.0 * np.pi * 2700.0 * 5800.0**3 * 1e4)
    assert np.abs(velocity[0, 0]) / (2.0 * np.pi * 0.01) == pytest.approx(level, rel=1e-4)


def test_attenuation_has_the_amplitude_of_t_star():
    filtered = _seismic.attenuation(np.array([0.0, 10.0]), np.array([0.05]))
    assert np.abs(filtered[0]) == pytest.approx([1.0, np.exp(-np.pi * 10.0 * 0.05)], rel=1e-5)


def test_nothing_arrives_before_the_onset():
    onset = np.exp(-2j * np.pi * FREQUENCY * 20.0)
    source = _seismic.source_spectrum(FREQUENCY, np.array([1e13]), np.array([6.0]), 5.8, np.array([10.0]))
    arrived = pulse(source[0] * _seismic.attenuation(FREQUENCY, np.array([0.05]))[0] * onset)
    peak = np.abs(arrived).max()
    assert np.abs(arrived[1000:1998]).max() < 0.01 * peak
    assert 20.0 < np.argmax(np.abs(arrived)) * 0.01 < 20.2


def test_without_dispersion_energy_would_arrive_before_the_onset():
    onset = np.exp(-2j * np.pi * FREQUENCY * 20.0)
    source = _seismic.source_spectrum(FREQUENCY, np.array([1e13]), np.array([6.0]), 5.8, np.array([10.0]))
    acausal = pulse(source[0] * np.exp(-np.pi * FREQUENCY * 0.05) * onset)
    assert np.abs(acausal[1000:1998]).max() > 0.03 * np.abs(acausal).max()


def test_a_double_couple_radiates_the_mean_that_theory_gives():
    rng = np.random.default_rng(1)
    size = 200_000
    strike, azimuth = rng.uniform(0.0, 2.0 * np.pi, (2, size))
    rake = rng.uniform(-np.pi, np.pi, size)
    dip, takeoff = np.arccos(rng.uniform(0.0, 1.0, size)), np.arccos(rng.uniform(-1.0, 1.0, size))
    p_wave, sv_wave, sh_wave = _seismic.radiation(strike, dip, rake, azimuth, takeoff)
    # means of the squares over the focal sphere: 4/15 for P, 2/5 for S
    assert np.mean(p_wave**2) == pytest.approx(4.0 / 15.0, rel=0.01)
    assert np.mean(sv_wave**2 + sh_wave**2) == pytest.approx(2.0 / 5.0, rel=0.01)


def test_a_vertical_strike_slip_fault_has_no_p_on_its_strike_and_most_in_between():
    p_wave, _, sh_wave = _seismic.radiation(
        np.zeros(2), np.full(2, np.pi / 2), np.zeros(2), np.array([0.0, np.pi / 4]), np.full(2, np.pi / 2)
    )
    assert p_wave == pytest.approx([0.0, 1.0], abs=1e-12)
    assert np.abs(sh_wave) == pytest.approx([1.0, 0.0], abs=1e-12)


def test_the_three_motions_of_a_ray_are_orthogonal_and_p_points_away_from_the_source():
    azimuth, takeoff = np.radians([90.0, 200.0]), np.radians([40.0, 100.0])
    p_axis, sv_axis, sh_axis = _seismic.ray_vectors(azimuth, takeoff, 5.8)
    frame = np.stack([p_axis, sv_axis, sh_axis], axis=1)
    assert frame @ np.swapaxes(frame, 1, 2) == pytest.approx(np.broadcast_to(np.eye(3), (2, 3, 3)), abs=1e-12)
    assert p_axis[0, 0] > 0.0
    assert np.all(p_axis[:, 2] > 0.7)


def test_an_envelope_begins_at_its_onset_has_unit_energy_and_decays():
    time = np.arange(6000) / 100.0
    envelope = _seismic.coda_envelope(time, np.array([10.0]), np.array([4.0]), np.array([0.5]), 100.0)[0]
    assert np.all(envelope[time < 10.0] == 0.0)
    assert np.sum(envelope**2) == pytest.approx(1.0)
    assert envelope[1100] > envelope[1500] > envelope[3000] > 0.0


def test_random_noise_has_the_power_that_was_asked_for():
    from scipy.signal import welch

    rate, n_fft = 100.0, 60_000
    frequency = np.fft.rfftfreq(n_fft, 1.0 / rate)
    power = _noise.noise_power(frequency, np.array([-120.0]), 0.2, np.array([-140.0]), 8.0) + 1e-16
    spectrum = _noise.random_spectrum(np.random.default_rng(3), power, 3, n_fft, rate)
    noise = np.fft.irfft(spectrum[0], n_fft)
    bins, measured = welch(noise, rate, nperseg=4096)
    wanted = np.interp(bins, frequency, power[0])
    band = (bins > 0.15) & (bins < 45.0)
    assert np.median(measured.mean(axis=0)[band] / wanted[band]) == pytest.approx(1.0, abs=0.1)


def test_each_instrument_passes_what_it_is_made_for():
    frequency = np.array([0.0, 0.1, 1.0, 10.0])
    gain = np.abs(_noise.instrument_response(frequency, np.array([0, 1, 2])))
    broadband, short_period, accelerometer = gain
    assert broadband[1:] == pytest.approx([1.0, 1.0, 1.0], rel=0.05)
    assert short_period == pytest.approx([0.0, 0.01, 0.707, 1.0], abs=0.01)
    assert accelerometer == pytest.approx([0.0, 0.01, 0.1, 1.0])


def test_bursts_come_at_the_rate_that_was_asked_for():
    time = np.arange(6000) / 100.0
    quiet = _noise.burst_waveforms(np.random.default_rng(1), time, np.ones(400), 0.0)
    busy = _noise.burst_waveforms(np.random.default_rng(1), time, np.ones(400), 1.0)
    assert not quiet.any()
    # a Poisson count of mean one is zero in 37 % of the records
    assert np.mean(busy.any(axis=(1, 2))) == pytest.approx(0.63, abs=0.07)
