"""Source parameters of the six classes of volcanic events: medians from real events, spreads that overlap."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["CLASSES", "LAWS", "Law"]

CLASSES = ("LP", "TR", "VT", "EXP", "HYB", "TOR")


class Law(NamedTuple):
    """A log-normal law: its median, and the standard deviation of the logarithm."""

    median: float
    spread: float


LAWS: Mapping[str, Mapping[str, Law]] = MappingProxyType(
    {
        "LP": {
            "snr": Law(5.0, 0.6), "burst": Law(0.1, 0.8), "burst_frequency": Law(4.5, 0.3),
            "burst_width": Law(0.5, 0.2), "burst_decay": Law(4.0, 0.4), "s_delay": Law(0.8, 0.4),
            "tone": Law(1.0, 0.1), "tone_frequency": Law(1.25, 0.28), "quality": Law(4.0, 0.45),
            "overtone": Law(0.4, 0.6), "overtone_ratio": Law(2.3, 0.2), "rise": Law(8.0, 0.45),
            "decay": Law(9.0, 0.35), "modulation": Law(0.1, 0.5),
        },
        "TR": {
            "snr": Law(8.0, 0.6), "burst": Law(0.02, 0.8), "burst_frequency": Law(4.5, 0.3),
            "burst_width": Law(0.5, 0.2), "burst_decay": Law(6.0, 0.4), "s_delay": Law(0.8, 0.4),
            "tone": Law(1.0, 0.1), "tone_frequency": Law(2.0, 0.3), "quality": Law(2.2, 0.4),
            "overtone": Law(1.0, 0.4), "overtone_ratio": Law(2.2, 0.2), "rise": Law(3.0, 0.4),
            "decay": Law(90.0, 0.8), "modulation": Law(0.2, 0.5),
        },
        "VT": {
            "snr": Law(55.0, 0.6), "burst": Law(1.0, 0.1), "burst_frequency": Law(7.7, 0.3),
            "burst_width": Law(0.5, 0.25), "burst_decay": Law(2.7, 0.4), "s_delay": Law(1.6, 0.5),
            "tone": Law(0.1, 0.9), "tone_frequency": Law(3.0, 0.35), "quality": Law(4.0, 0.4),
            "overtone": Law(0.4, 0.6), "overtone_ratio": Law(2.2, 0.2), "rise": Law(1.0, 0.5),
            "decay": Law(6.0, 0.4), "modulation": Law(0.1, 0.5),
        },
        "EXP": {
            "snr": Law(20.0, 0.6), "burst": Law(1.0, 0.2), "burst_frequency": Law(0.85, 0.2),
            "burst_width": Law(0.38, 0.25), "burst_decay": Law(5.0, 0.45), "s_delay": Law(0.4, 0.5),
            "tone": Law(0.42, 0.45), "tone_frequency": Law(1.22, 0.12), "quality": Law(35.0, 0.6),
            "overtone": Law(0.4, 0.5), "overtone_ratio": Law(2.0, 0.0), "rise": Law(5.0, 0.45),
            "decay": Law(25.0, 0.45), "modulation": Law(0.2, 0.5),
        },
        "HYB": {
            "snr": Law(26.0, 0.6), "burst": Law(1.0, 0.2), "burst_frequency": Law(8.0, 0.3),
            "burst_width": Law(0.8, 0.2), "burst_decay": Law(3.6, 0.4), "s_delay": Law(0.9, 0.5),
            "tone": Law(0.12, 0.6), "tone_frequency": Law(2.6, 0.35), "quality": Law(5.0, 0.4),
            "overtone": Law(0.5, 0.5), "overtone_ratio": Law(2.2, 0.2), "rise": Law(2.5, 0.5),
            "decay": Law(9.0, 0.4), "modulation": Law(0.1, 0.5),
        },
        "TOR": {
            "snr": Law(10.0, 0.6), "burst": Law(0.1, 0.8), "burst_frequency": Law(5.0, 0.35),
            "burst_width": Law(0.5, 0.2), "burst_decay": Law(2.5, 0.4), "s_delay": Law(0.6, 0.5),
            "tone": Law(1.0, 0.1), "tone_frequency": Law(2.2, 0.4), "quality": Law(50.0, 1.0),
            "overtone": Law(0.12, 0.9), "overtone_ratio": Law(2.6, 0.15), "rise": Law(0.4, 0.7),
            "decay": Law(9.0, 0.45), "modulation": Law(0.05, 0.5),
        },
    }
)  # fmt: skip
"""For each class: ``snr``, the event's peak over the standard deviation of the noise; of the burst its
amplitude, frequency in Hz, width in ln f, decay in s and delay of S after P in s; of the tone its amplitude,
frequency in Hz, quality factor, amplitude and frequency of the overtone relative to it, rise and decay in s,
and modulation in ln amplitude."""
