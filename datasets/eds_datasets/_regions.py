"""Regions: the numbers in which one seismic network differs from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eds_datasets.errors import UsageError

__all__ = ["REGIONS", "Region", "find_region"]


@dataclass(frozen=True, kw_only=True)
class Region:
    """A crust, its earthquakes, its stations and what an analyst keeps of them.

    Spreads are standard deviations: of the natural logarithm where a median is given, of decibels for noise.

    Attributes
    ----------
    name : str
    p_velocity, velocity_ratio : float
        Of the crust, km/s; Vp/Vs.
    distance, distance_spread : float
        Median hypocentral distance of a catalogued record, km, and its spread.
    depth, depth_spread : float
        Median focal depth, km, and its spread.
    b_value, smallest_magnitude, largest_magnitude : float
        Gutenberg–Richter law of what is catalogued (a catalogue made for training thins out the small
        events).
    stress_drop, stress_drop_spread : float
        MPa.
    quality, quality_ratio : float
        Q of S waves at all frequencies, and Q of P over Q of S.
    kappa, kappa_spread : float
        Attenuation right under a station, s.
    coda_q : float
        Qc at 1 Hz.
    scattering : float
        Energy of the scattered over that of the direct wave at 10 km; grows in proportion to distance.
    broadening : float
        Decay time of an S pulse at 10 km, s; grows in proportion to distance.
    microseism, microseism_spread, microseism_frequency : float
        Velocity power at the secondary peak, dB re (m/s)²/Hz, its spread, and the peak in Hz.
    cultural, cultural_spread, cultural_frequency : float
        The same for traffic, wind and machines.
    self_noise, self_noise_spread : float
        Flat power of sensor and digitizer, dB re (m/s)²/Hz.
    burst_rate : float
        Noise bursts a minute.
    threshold, threshold_width : float
        P signal-to-noise at which half of the arrivals are picked, dB, and how gradual that is.
    instruments : mapping of str to float
        Shares of ``broadband``, ``short-period`` and ``accelerometer``.
    """

    name: str
    p_velocity: float
    velocity_ratio: float
    distance: float
    distance_spread: float
    depth: float
    depth_spread: float
    b_value: float
    smallest_magnitude: float
    largest_magnitude: float
    stress_drop: float
    stress_drop_spread: float
    quality: float
    quality_ratio: float
    kappa: float
    kappa_spread: float
    coda_q: float
    scattering: float
    broadening: float
    microseism: float
    microseism_spread: float
    microseism_frequency: float
    cultural: float
    cultural_spread: float
    cultural_frequency: float
    self_noise: float
    self_noise_spread: float
    burst_rate: float
    threshold: float
    threshold_width: float
    instruments: Mapping[str, float]

    @property
    def s_velocity(self) -> float:
        """Of the crust, km/s."""
        return self.p_velocity / self.velocity_ratio


# tuned to the 154 records of the Northern California Earthquake Data Center that ship with PhaseNet
_CALIFORNIA = Region(
    name="california",
    p_velocity=5.8,
    velocity_ratio=1.73,
    distance=13.8,
    distance_spread=0.93,
    depth=6.0,
    depth_spread=0.6,
    b_value=0.75,
    smallest_magnitude=0.3,
    largest_magnitude=4.2,
    stress_drop=5.0,
    stress_drop_spread=0.8,
    quality=170.0,
    quality_ratio=1.6,
    kappa=0.0245,
    kappa_spread=0.48,
    coda_q=110.0,
    scattering=1.2,
    broadening=0.35,
    microseism=-128.0,
    microseism_spread=9.0,
    microseism_frequency=0.25,
    cultural=-154.5,
    cultural_spread=8.0,
    cultural_frequency=8.0,
    self_noise=-168.5,
    self_noise_spread=7.0,
    burst_rate=0.4,
    threshold=18.0,
    threshold_width=4.5,
    instruments=MappingProxyType({"broadband": 0.25, "short-period": 0.5, "accelerometer": 0.25}),
)

# after the volcano-tectonic earthquakes of the Bárðarbunga dyke in the QuakeMigrate benchmark: slow and
# broken rock, little magnitudes, wind and the North Atlantic
_ICELAND = Region(
    name="iceland",
    p_velocity=5.4,
    velocity_ratio=1.78,
    distance=20.0,
    distance_spread=0.33,
    depth=6.2,
    depth_spread=0.2,
    b_value=1.0,
    smallest_magnitude=0.4,
    largest_magnitude=2.2,
    stress_drop=2.0,
    stress_drop_spread=0.6,
    quality=90.0,
    quality_ratio=1.2,
    kappa=0.045,
    kappa_spread=0.3,
    coda_q=70.0,
    scattering=2.5,
    broadening=0.5,
    microseism=-116.0,
    microseism_spread=4.0,
    microseism_frequency=0.30,
    cultural=-150.0,
    cultural_spread=5.0,
    cultural_frequency=4.0,
    self_noise=-165.0,
    self_noise_spread=3.0,
    burst_rate=1.0,
    threshold=0.0,
    threshold_width=4.0,
    instruments=MappingProxyType({"broadband": 1.0, "short-period": 0.0, "accelerometer": 0.0}),
)

# hard crystalline rock, a quiet network and deeper foci: high frequencies survive
_ALPS = Region(
    name="alps",
    p_velocity=6.1,
    velocity_ratio=1.70,
    distance=32.0,
    distance_spread=0.6,
    depth=9.0,
    depth_spread=0.4,
    b_value=0.8,
    smallest_magnitude=0.5,
    largest_magnitude=4.5,
    stress_drop=5.0,
    stress_drop_spread=0.9,
    quality=450.0,
    quality_ratio=1.5,
    kappa=0.016,
    kappa_spread=0.4,
    coda_q=220.0,
    scattering=0.5,
    broadening=0.25,
    microseism=-125.0,
    microseism_spread=5.0,
    microseism_frequency=0.18,
    cultural=-158.0,
    cultural_spread=8.0,
    cultural_frequency=14.0,
    self_noise=-168.0,
    self_noise_spread=4.0,
    burst_rate=0.6,
    threshold=5.0,
    threshold_width=3.0,
    instruments=MappingProxyType({"broadband": 0.7, "short-period": 0.2, "accelerometer": 0.1}),
)

REGIONS: Mapping[str, Region] = MappingProxyType(
    {region.name: region for region in (_CALIFORNIA, _ICELAND, _ALPS)}
)


def find_region(region: str | Region) -> Region:
    """Return a region by its name, or the region itself.

    Raises
    ------
    UsageError
        There is no region of that name.
    """
    if isinstance(region, Region):
        return region
    if region not in REGIONS:
        raise UsageError(
            f"no region {region!r}: expected one of {', '.join(REGIONS)}", tip="or pass a Region"
        )
    return REGIONS[region]
