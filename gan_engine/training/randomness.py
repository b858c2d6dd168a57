"""Random numbers that depend only on the seed and on how far a run is."""

from __future__ import annotations

_MASK = 2**64 - 1


def mixed(*numbers: int) -> int:
    """Return a seed that `numbers` decide: 63 bits, all of them changed by any change of one.

    Source: SplitMix64, Steele, Lea and Flood 2014.
    """
    state = 0
    for number in numbers:
        state = (state + (number & _MASK) + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state >> 1
