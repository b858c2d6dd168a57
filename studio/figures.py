"""Numbers as people read them: image counts, speeds, times, bytes."""

from __future__ import annotations


def count(images: float) -> str:
    """Return a count of images, short: 950, 12.3 k, 2.70 M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if images >= size and images >= 1e4:
            value = images / size
            digits = 0 if value >= 100 else 1 if letter == "k" or value >= 10 else 2
            return f"{value:.{digits}f} {letter}"
    return f"{images:,.0f}"


def speed(images_per_second: float) -> str:
    """Return a speed: 410 images/s."""
    digits = 1 if images_per_second < 10 else 0
    return f"{images_per_second:,.{digits}f} images/s"


def duration(seconds: float) -> str:
    """Return a time in its two largest units: 2 h 14 min."""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s" if whole < 600 else f"{whole // 60} min"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def size(amount: float) -> str:
    """Return bytes: 512 MB, 5.2 GB."""
    if amount >= 2**30:
        return f"{amount / 2**30:.1f} GB"
    return f"{amount / 2**20:.0f} MB" if amount >= 2**20 else f"{amount / 2**10:.0f} kB"
