"""From a catalogue to samples: phases through their paths, noise, bursts, instrument."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets._catalogue import KINDS, Catalogue
from eds_datasets._noise import burst_waveforms, instrument_response, noise_power, random_spectrum
from eds_datasets._regions import Region
from eds_datasets._seismic import (
    P_CORNER_RATIO,
    attenuation,
    coda_envelope,
    radiation,
    ray_vectors,
    seismic_moment,
    source_spectrum,
)

__all__ = ["synthesize"]

Array = NDArray[np.floating[Any]]
ComplexArray = NDArray[np.complexfloating[Any, Any]]

_CHUNK = 64
_PADDING = 4.0  # s, for what the filters ring beyond the record
# scattered energy keeps a little of its wave's direction: rms of east, north, up
_P_SCATTER = np.array([0.52, 0.52, 0.68])
_S_SCATTER = np.array([0.65, 0.65, 0.40])
_MEAN_RADIATION = (0.52, 0.63)  # of P and S over the focal sphere (Boore & Boatwright 1984)
# what a blast's shear waves have of an earthquake's of the same moment: rock that breaks and slides makes
# some
_BLAST_S_EXCITATION, _BLAST_S_SPREAD = 0.45, 0.6
_RG_VELOCITY_RATIO = 0.85  # of the fundamental Rayleigh mode's group velocity to that of S
_RG_CORNER = 1.6  # Hz: a shallow blast feeds Rg below it
_RG_STRENGTH, _RG_SPREAD = 2.5, 0.9  # its amplitude over that of a body wave of the same source
_SHOT_DELAY = (0.025, 0.065)  # s, between the rows of a quarry blast (Baumgardt & Ziegler 1988)


def synthesize(
    rng: np.random.Generator,
    catalogue: Catalogue,
    region: Region,
    p_time: Array,
    s_time: Array,
    n_samples: int,
    sampling_rate: float,
) -> NDArray[np.float32]:
    """Return the records of a catalogue.

    Parameters
    ----------
    rng : numpy.random.Generator
    catalogue : Catalogue
    region : Region
    p_time, s_time : array, shape (n_records,)
        Onsets, s from the record's start; NaN for noise.
    n_samples : int
    sampling_rate : float
        Hz.

    Returns
    -------
    array of float32, shape (n_records, 3, n_samples)
        Counts; east, north, up.
    """
    records = np.empty((catalogue.size, 3, n_samples), dtype=np.float32)
    starts = range(0, catalogue.size, _CHUNK)
    for start, child in zip(starts, rng.spawn(len(starts)), strict=True):
        index = np.arange(start, min(start + _CHUNK, catalogue.size))
        chunk = _Chunk(child, catalogue.take(index), region, n_samples, sampling_rate)
        records[index] = chunk.records(p_time[index], s_time[index])
    return records


class _Chunk:
    """A few records on one frequency axis."""

    def __init__(
        self, rng: np.random.Generator, catalogue: Catalogue, region: Region, n_samples: int, rate: float
    ) -> None:
        from scipy.fft import next_fast_len

        self.rng = rng
        self.catalogue = catalogue
        self.region = region
        self.n_samples = n_samples
        self.rate = rate
        self.n_fft = int(next_fast_len(n_samples + int(_PADDING * rate), real=True))
        self.frequency = np.fft.rfftfreq(self.n_fft, 1.0 / rate)
        self.time = np.arange(n_samples) / rate

    def records(self, p_time: Array, s_time: Array) -> Array:
        """Return what the instruments write, in counts."""
        from scipy.fft import irfft

        response = instrument_response(self.frequency, self.catalogue.instrument) * self._anti_alias()
        power = np.abs(response) ** 2 * self._ground_noise() + 10.0 ** (
            self.catalogue.self_noise[:, None] / 10.0
        )
        noise = irfft(random_spectrum(self.rng, power, 3, self.n_fft, self.rate), self.n_fft)[
            ..., : self.n_samples
        ]
        noise += burst_waveforms(self.rng, self.time, noise.std(axis=(1, 2)), self.region.burst_rate)
        quakes = np.flatnonzero(self.catalogue.kind != KINDS.index("noise"))
        if quakes.size:
            ground = self._ground_motion(quakes, p_time[quakes], s_time[quakes])
            spectrum = (ground * response[quakes, None, :]).astype(np.complex64)
            noise[quakes] += irfft(spectrum, self.n_fft)[..., : self.n_samples]
        return np.asarray(noise * self.catalogue.gain[:, None, None])

    def _anti_alias(self) -> Array:
        """Return the digitizer's linear-phase filter: flat to 80 % of the Nyquist frequency, zero there."""
        edge = np.clip((self.frequency / (0.5 * self.rate) - 0.8) / 0.2, 0.0, 1.0)
        return np.asarray(np.cos(0.5 * np.pi * edge) ** 2)

    def _ground_noise(self) -> Array:
        region, known = self.region, self.catalogue
        return noise_power(
            self.frequency,
            known.microseism,
            region.microseism_frequency,
            known.cultural,
            region.cultural_frequency,
        )

    def _ground_motion(self, quakes: NDArray[np.integer[Any]], p_time: Array, s_time: Array) -> ComplexArray:
        """Return the velocity spectra of P, S and, for blasts, Rg: shape (n_quakes, 3, n_frequencies)."""
        known, region = self.catalogue.take(quakes), self.region
        blast = known.kind == KINDS.index("explosion")
        p_motion, s_motion = _first_motions(known, region, blast)
        p_travel, s_travel = known.distance / region.p_velocity, known.distance / region.s_velocity
        p_star = p_travel / (region.quality * region.quality_ratio) + known.kappa
        s_star = s_travel / region.quality + known.kappa
        p_filter = self._source(known, P_CORNER_RATIO * known.corner, region.p_velocity, p_star)
        s_filter = self._source(known, known.corner, region.s_velocity, s_star)
        ripple = self._ripple(blast)
        excitation = _BLAST_S_EXCITATION * self.rng.lognormal(0.0, _BLAST_S_SPREAD, blast.size)
        strength = np.where(blast, excitation, 1.0)
        p_scatter = _MEAN_RADIATION[0] * np.ones_like(strength)[:, None] * _P_SCATTER
        s_scatter = (_MEAN_RADIATION[1] * strength)[:, None] * _S_SCATTER
        p_wave = self._wave(p_time, p_travel, 0.6, known.distance, p_motion, p_scatter)
        s_wave = self._wave(s_time, s_travel, 1.0, known.distance, s_motion, s_scatter)
        motion = (p_wave * p_filter[:, None, :] + s_wave * s_filter[:, None, :]) * ripple[:, None, :]
        if blast.any():
            motion[blast] += self._rayleigh(known.take(np.flatnonzero(blast)), p_time[blast], p_travel[blast])
        return np.asarray(motion)

    def _source(self, known: Catalogue, corner: Array, velocity: float, t_star: Array) -> ComplexArray:
        moment = seismic_moment(known.magnitude)
        spectrum = source_spectrum(self.frequency, moment, corner, velocity, known.distance)
        # times the rate: from a continuous transform to a discrete one
        return np.asarray(self.rate * spectrum * attenuation(self.frequency, t_star))

    def _wave(
        self, onset: Array, travel: Array, broadness: float, distance: Array, motion: Array, scatter: Array
    ) -> ComplexArray:
        """Return the spectra of one sharp arrival and what is scattered behind it, of unit source."""
        direct = np.exp(-2j * np.pi * self.frequency * onset[:, None])
        decay = broadness * self.region.broadening * (0.3 + distance / 10.0)
        ratio = self.region.scattering * distance / 10.0
        envelope = (
            coda_envelope(self.time, onset, travel, decay, self.region.coda_q) * np.sqrt(ratio)[:, None]
        )
        return np.asarray(motion[:, :, None] * direct[:, None, :] + self._scattered(envelope, scatter))

    def _scattered(self, envelope: Array, scatter: Array) -> ComplexArray:
        from scipy.fft import rfft

        shape = (envelope.shape[0], 3, self.n_samples)
        noise = self.rng.standard_normal(shape, dtype=np.float32)
        noise *= (envelope[:, None, :] * scatter[:, :, None]).astype(np.float32)
        return np.asarray(rfft(noise, self.n_fft))

    def _ripple(self, blast: NDArray[np.bool_]) -> ComplexArray:
        """Return the interference of a quarry's rows of shots; one for an earthquake."""
        delay = self.rng.uniform(*_SHOT_DELAY, blast.size)
        shots = self.rng.integers(1, 7, blast.size)
        ripple = np.ones((blast.size, self.frequency.size), dtype=complex)
        for row in np.flatnonzero(blast):
            fired = delay[row] * np.arange(shots[row])
            ripple[row] = np.exp(-2j * np.pi * np.outer(self.frequency, fired)).mean(axis=1)
        return ripple

    def _rayleigh(self, known: Catalogue, p_time: Array, p_travel: Array) -> ComplexArray:
        """Return the short-period Rayleigh wave that only a shallow source makes."""
        velocity = _RG_VELOCITY_RATIO * self.region.s_velocity
        travel = known.distance / velocity
        onset = p_time - p_travel + travel
        t_star = travel / (0.4 * self.region.quality) + known.kappa
        spectrum = self._source(known, known.corner, self.region.s_velocity, t_star)
        # cylindrical instead of spherical spreading beyond 5 km
        spectrum = (
            spectrum * np.sqrt(known.distance / 5.0)[:, None] / (1.0 + (self.frequency / _RG_CORNER) ** 4)
        )
        envelope = coda_envelope(self.time, onset, travel, 0.5 + 0.1 * travel, self.region.coda_q)
        east, north = np.sin(known.azimuth), np.cos(known.azimuth)
        scatter = np.stack([0.7 * np.abs(east), 0.7 * np.abs(north), np.ones_like(east)], axis=1)
        strength = _RG_STRENGTH * self.rng.lognormal(0.0, _RG_SPREAD, known.size)[:, None]
        return np.asarray(self._scattered(strength * envelope, scatter) * spectrum[:, None, :])


def _first_motions(known: Catalogue, region: Region, blast: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return the amplitudes of the direct P and S waves on east, north, up: shape (n_records, 3) each."""
    p_axis, sv_axis, sh_axis = ray_vectors(known.azimuth, known.takeoff, region.p_velocity)
    p_size, sv_size, sh_size = radiation(known.strike, known.dip, known.rake, known.azimuth, known.takeoff)
    p_size = np.where(blast, 1.0, p_size)
    s_motion = sv_size[:, None] * sv_axis + sh_size[:, None] * sh_axis
    return p_size[:, None] * p_axis, np.where(blast[:, None], 0.0, s_motion)
