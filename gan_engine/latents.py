"""Seeds -> latents, and the way between two of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def latents(seeds: Sequence[int], z_dim: int) -> Tensor:
    """Return one latent a seed, the same on every machine: (N, Z), float32 on the CPU."""
    latents_NZ = torch.empty(len(seeds), z_dim)
    for latent_Z, seed in zip(latents_NZ, seeds, strict=True):
        latent_Z.normal_(generator=torch.Generator().manual_seed(seed))
    return latents_NZ


def turned(one_NZ: Tensor, other_NZ: Tensor, share_N1: Tensor) -> Tensor:
    """Return latents on the shortest way from `one_NZ` to `other_NZ` around zero: (N, Z).

    Halfway between two latents a straight line comes nearer to zero than G has ever seen.
    Source: arXiv:1609.04468.
    """
    angle_N1 = F.cosine_similarity(one_NZ, other_NZ).clamp(-1, 1).acos()[:, None]
    whole_N1 = angle_N1.sin()
    around = (
        ((1 - share_N1) * angle_N1).sin() * one_NZ + (share_N1 * angle_N1).sin() * other_NZ
    ) / whole_N1.clamp(min=1e-4)
    straight = one_NZ.lerp(other_NZ, share_N1)  # where they point the same way, or away
    return torch.where(whole_N1 > 1e-4, around, straight)
