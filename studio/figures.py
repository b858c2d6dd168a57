"""Numbers as people read them: image counts, speeds, times, bytes."""

from __future__ import annotations

from gan_engine import size_of
from studio.i18n import tr


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
    return tr("{speed} images/s", speed=f"{images_per_second:,.{digits}f}")


def duration(seconds: float) -> str:
    """Return a time in its two largest units: 2 h 14 min."""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        minutes, seconds = divmod(whole, 60)
        if whole >= 600:
            return tr("{minutes} min", minutes=minutes)
        return tr("{minutes} min {seconds:02d} s", minutes=minutes, seconds=seconds)
    if whole < 48 * 3600:
        hours, minutes = whole // 3600, whole % 3600 // 60
        return tr("{hours} h {minutes:02d} min", hours=hours, minutes=minutes)
    return tr("{days} d {hours} h", days=whole // 86400, hours=whole % 86400 // 3600)


def size(amount: float) -> str:
    """Return bytes: 512 MB, 5.2 GB."""
    said: str = size_of(amount)
    return said
