"""What other programs and papers call a setting, so that a search under that name finds it."""

from __future__ import annotations

_NAMES = {
    "data.folder": "dataset dataroot directory path",
    "data.size": "resolution dimension pixels image_size img_size 分辨率",
    "data.channels": "rgb rgba grayscale greyscale monochrome alpha color",
    "data.background": "color",
    "data.filter": "interpolation resampling bicubic",
    "data.fit": "aspect ratio letterbox",
    "data.flip": "mirrored xflip hflip horizontal 翻转",
    "data.classes": "conditional labels cgan",
    "data.pairs": "pix2pix paired aligned translation",
    "data.direction": "atob btoa",
    "architecture": "model stylegan stylegan2 sngan sagan unet u-net",
    "architecture.z_dim": "nz z noise vector dimension",
    "architecture.width": "ngf ndf capacity filters base",
    "architecture.attention": "sagan attn",
    "architecture.dropout": "regularization regularisation",
    "architecture.patch": "patchgan",
    "loss": "criterion objective gan_mode lsgan wgan",
    "loss.pairing": "relativistic rgan ragan rpgan",
    "penalties": "regularization regularisation regularizer",
    "penalties.r1": "regularization regularisation lazy",
    "penalties.gradient_penalty": "wgan-gp lambda regularization regularisation",
    "penalties.l1": "lambda_l1 reconstruction pixel",
    "penalties.path_length": "pl_weight plr",
    "augment": "augmentations aug ada overfitting",
    "optimizer_g.rate": "lr glr ttur speed",
    "optimizer_d.rate": "lr dlr ttur speed",
    "ema": "exponential moving average",
    "ema.half_life": "decay ema_kimg ema_beta",
    "ema.ramp_up": "rampup",
    "metrics": "fid score quality evaluation",
    "training.images": "epochs iterations steps kimg duration length total_steps n_epochs niter 轮数 迭代",
    "training.batch_size": "minibatch vram",
    "training.accumulation": "gradient accumulation batch-gpu vram",
    "training.recompute": "gradient checkpointing vram",
    "training.d_steps": "n_critic ncritic",
    "training.device": "gpu cuda cpu mps graphics card 显卡",
    "training.acceleration": "compile cuda graph speed",
    "training.precision": "fp16 half mixed amp bfloat16 float32 speed vram",
    "training.memory_format": "channels_last nhwc speed",
    "training.threads": "workers num_workers speed",
    "training.seed": "random",
    "samples.every_seconds": "preview snapshot interval frequency",
    "samples.rows": "preview",
    "samples.columns": "preview",
    "checkpoint": "snapshot autosave backup save",
    "checkpoint.every_images": "snapshot autosave save interval frequency",
    "checkpoint.every_minutes": "snapshot autosave save interval frequency",
    "checkpoint.keep": "snapshots disk",
}
PATHS = frozenset(_NAMES)


def other_names(path: str) -> str:
    """Return the names that the setting or part at `path` goes by elsewhere; mostly none."""
    return _NAMES.get(path, "")
