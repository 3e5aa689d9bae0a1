"""Sources and paths of small earthquakes and explosions: what reaches a seismometer, as spectra.

Conventions: lengths in km, times in s, frequencies in Hz, magnitudes Mw, spectra of ground velocity in m/s
· s. Directions are east, north, up; azimuths clockwise from north, seen from the source.

The ground motion is the product of textbook terms: a Brune source (Brune 1970, J. Geophys. Res. 75), the
far field of a double couple (Aki & Richards 2002, eq. 4.89–4.91), geometrical spreading, a causal
constant-Q path with a site's kappa (Anderson & Hough 1984, Bull. Seism. Soc. Am. 74; Azimi et al. 1968),
and scattered energy that trails the direct wave (Aki & Chouet 1975, J. Geophys. Res. 80; Sato & Fehler
1998, ch. 3). Random phase under a deterministic spectrum is the stochastic method of Boore (1983, Bull.
Seism. Soc. Am. 73).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "attenuation",
    "brune_corner",
    "coda_envelope",
    "radiation",
    "ray_vectors",
    "seismic_moment",
    "source_spectrum",
]

Array = NDArray[np.floating[Any]]
ComplexArray = NDArray[np.complexfloating[Any, Any]]

DENSITY = 2700.0
FREE_SURFACE = 2.0
P_CORNER_RATIO = 1.5
SURFACE_P_VELOCITY = 2.6
# the frequency at which a ray is fastest: dispersion only ever delays, so nothing arrives before the onset
REFERENCE_FREQUENCY = 200.0


def seismic_moment(magnitude: Array) -> Array:
    """Return the moment in N·m of a moment magnitude (Hanks & Kanamori 1979, J. Geophys. Res. 84)."""
    return np.asarray(10.0 ** (1.5 * np.asarray(magnitude) + 9.1))


def brune_corner(moment: Array, stress_drop: Array, s_velocity: float) -> Array:
    """Return the S corner frequency of a circular rupture.

    Parameters
    ----------
    moment : array
        Seismic moment, N·m.
    stress_drop : array
        Stress drop, MPa.
    s_velocity : float
        km/s.

    Returns
    -------
    array
        Hz: 0.49 β (Δσ / M0)^(1/3) (Brune 1970, with the correction of 1971).
    """
    return np.asarray(0.49 * 1e3 * s_velocity * (1e6 * stress_drop / moment) ** (1.0 / 3.0))


def source_spectrum(
    frequency: Array, moment: Array, corner: Array, velocity: float, distance: Array
) -> ComplexArray:
    """Return the velocity spectrum of a body wave at the free surface, before path and radiation.

    Parameters
    ----------
    frequency : array, shape (n_frequencies,)
        Hz.
    moment, corner, distance : array, shape (n_records,)
        N·m, Hz, hypocentral km.
    velocity : float
        Of the wave in question, km/s.

    Returns
    -------
    complex array, shape (n_records, n_frequencies)
        m: 2 M0 / (4π ρ c³ r) · iω / (1 + i f/fc)², whose pulse is Brune's t·exp(−2π fc t), zero before the
        onset.
    """
    level = FREE_SURFACE * moment / (4.0 * np.pi * DENSITY * (1e3 * velocity) ** 3 * 1e3 * distance)
    pole = 1.0 + 1j * frequency.astype(np.float32) / corner.astype(np.float32)[:, None]
    slope = (2j * np.pi * frequency).astype(np.complex64)
    return np.asarray(level.astype(np.float32)[:, None] * slope / (pole * pole))


def attenuation(frequency: Array, t_star: Array) -> ComplexArray:
    """Return the filter exp(−π f t*) with the dispersion that keeps it causal.

    Parameters
    ----------
    frequency : array, shape (n_frequencies,)
        Hz.
    t_star : array, shape (n_records,)
        Travel time over Q, plus the site's kappa, s.

    Returns
    -------
    complex array, shape (n_records, n_frequencies)
    """
    positive = np.maximum(frequency, 1e-3)
    delay = np.log(REFERENCE_FREQUENCY / np.minimum(positive, REFERENCE_FREQUENCY)) / np.pi
    exponent = (-np.pi * frequency * (1.0 + 2j * delay)).astype(np.complex64)
    return np.asarray(np.exp(t_star.astype(np.float32)[:, None] * exponent))


def coda_envelope(time: Array, onset: Array, travel_time: Array, duration: Array, coda_q: float) -> Array:
    """Return the amplitude envelope of the scattered energy behind a direct wave.

    A pulse broadened by forward scattering, and singly scattered energy under it: amplitude ∝ t⁻¹ exp(−π f
    t / Qc) in lapse time t (Aki & Chouet 1975). Qc grows almost in proportion to frequency, so that the
    decay is nearly the same at all frequencies: ``coda_q`` is Qc at 1 Hz.

    Parameters
    ----------
    time : array, shape (n_samples,)
        s from the record's start.
    onset, travel_time, duration : array, shape (n_records,)
        Arrival in the record, lapse time at the arrival, decay time of the broadened pulse, s.
    coda_q : float
        Qc at 1 Hz.

    Returns
    -------
    array, shape (n_records, n_samples)
        Zero before the onset; each row's squares add up to one where the record holds its coda.
    """
    delay = time - onset[:, None]
    after = np.maximum(delay, 0.0)
    decay = duration[:, None]
    lapse = travel_time[:, None]
    pulse = np.exp(-after / decay)
    tail = 0.4 * np.sqrt(decay / lapse) / (1.0 + after / lapse) * np.exp(-np.pi * after / coda_q)
    envelope = np.where(delay >= 0.0, (pulse + tail) * (1.0 - np.exp(-after / (0.1 * decay))), 0.0)
    energy = np.sqrt(np.sum(envelope**2, axis=1, keepdims=True))
    return np.asarray(envelope / np.maximum(energy, np.finfo(float).tiny))


def ray_vectors(azimuth: Array, takeoff: Array, p_velocity: float) -> tuple[Array, Array, Array]:
    """Return the directions of P, SV and SH motion where a ray meets the surface.

    Parameters
    ----------
    azimuth, takeoff : array, shape (n_records,)
        From the source, radians; takeoff is measured from straight up.
    p_velocity : float
        At the source, km/s. Slow rock near the surface bends the ray towards the vertical (Snell).

    Returns
    -------
    tuple of three arrays, shape (n_records, 3)
        Unit vectors east, north, up.
    """
    sine = np.sin(takeoff) * SURFACE_P_VELOCITY / p_velocity
    cosine = np.sqrt(1.0 - sine**2)
    east, north = np.sin(azimuth), np.cos(azimuth)
    p_motion = np.stack([sine * east, sine * north, cosine], axis=1)
    sv_motion = np.stack([cosine * east, cosine * north, -sine], axis=1)
    sh_motion = np.stack([north, -east, np.zeros_like(sine)], axis=1)
    return p_motion, sv_motion, sh_motion


def radiation(
    strike: Array, dip: Array, rake: Array, azimuth: Array, takeoff: Array
) -> tuple[Array, Array, Array]:
    """Return the far-field amplitudes of a double couple for P, SV and SH.

    Parameters
    ----------
    strike, dip, rake, azimuth, takeoff : array, shape (n_records,)
        Radians; takeoff from straight up.

    Returns
    -------
    tuple of three arrays, shape (n_records,)
        Between −1 and 1 (Aki & Richards 2002, eq. 4.89–4.91).
    """
    ray, sv_axis, sh_axis = _ray_frame(azimuth, takeoff)
    slip, normal = _fault_vectors(strike, dip, rake)
    along_slip, along_normal = _dot(ray, slip), _dot(ray, normal)
    p_wave = 2.0 * along_slip * along_normal
    sv_wave = along_slip * _dot(sv_axis, normal) + along_normal * _dot(sv_axis, slip)
    sh_wave = along_slip * _dot(sh_axis, normal) + along_normal * _dot(sh_axis, slip)
    return p_wave, sv_wave, sh_wave


def _ray_frame(azimuth: Array, takeoff: Array) -> tuple[Array, Array, Array]:
    east, north = np.sin(azimuth), np.cos(azimuth)
    sine, cosine = np.sin(takeoff), np.cos(takeoff)
    ray = np.stack([sine * east, sine * north, cosine], axis=1)
    sv_axis = np.stack([cosine * east, cosine * north, -sine], axis=1)
    sh_axis = np.stack([north, -east, np.zeros_like(sine)], axis=1)
    return ray, sv_axis, sh_axis


def _fault_vectors(strike: Array, dip: Array, rake: Array) -> tuple[Array, Array]:
    """Return slip and normal of a fault, east, north, up (Aki & Richards 2002, eq. 4.88)."""
    slip_north = np.cos(rake) * np.cos(strike) + np.cos(dip) * np.sin(rake) * np.sin(strike)
    slip_east = np.cos(rake) * np.sin(strike) - np.cos(dip) * np.sin(rake) * np.cos(strike)
    slip = np.stack([slip_east, slip_north, np.sin(rake) * np.sin(dip)], axis=1)
    normal = np.stack([np.sin(dip) * np.cos(strike), -np.sin(dip) * np.sin(strike), np.cos(dip)], axis=1)
    return slip, normal


def _dot(left: Array, right: Array) -> Array:
    return np.asarray(np.sum(left * right, axis=1))
