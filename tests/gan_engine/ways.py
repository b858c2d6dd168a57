"""Ways between two seeds, computed once more and otherwise: what others are compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from gan_engine.architectures import Styled
from gan_engine.latents import turned
from gan_engine.sampling import Sampler, generate


@torch.no_grad()
def between(
    sampler: Sampler,
    seeds: Sequence[int],
    others: Sequence[int],
    shares: Sequence[float],
    truncation: float = 1.0,
    label: int | None = None,
) -> np.ndarray:
    """Return images so far on the way from one seed to another; None takes the classes in turn."""
    count, network = len(sampler.classes), sampler.network
    share_N1 = torch.tensor(shares)[:, None]
    ends = [sampler._latents(some) for some in (seeds, others)]
    told = [
        torch.tensor([seed % count if label is None else label for seed in some]) if count else None
        for some in (seeds, others)
    ]
    if isinstance(network, Styled):
        own, other = (
            network.styles(one, kind, truncation) for one, kind in zip(ends, told, strict=True)
        )
        made = network.synthesize(own.lerp(other, share_N1[:, :, None])).float()
    else:
        kinds = [F.one_hot(one, count).float() for one in told if one is not None]
        labels_NK = kinds[0].lerp(kinds[1], share_N1) if kinds else None
        made = generate(network, turned(*ends, share_N1) * truncation, labels_NK)
    levels = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
    return levels.numpy()
