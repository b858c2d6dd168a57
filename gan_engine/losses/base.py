"""What every adversarial loss is: scores of reals and fakes in, one number to make smaller out."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from gan_engine.schema import Part, option

Pairing = Literal["each", "pair", "average"]


class AdversarialLoss(Part):
    """What D and G play for; `kind` names the function, `pairing` what it is a function of.

    A function is four curves over a score: what D pays for a real and for a fake, and what G pays
    for a fake and, when scores are relative, for a real. Scores are (N,) or a patch map (N, 1, H, W);
    the loss is averaged over the map, never the scores: the curves are not straight.
    """

    kind: str
    relative: ClassVar[str] = ""
    """Why this function cannot take relative scores; empty when it can."""

    pairing: Pairing = option(
        "each",
        help="Judge every image by itself, or how much more real a real looks than a fake. Pairs resist collapse.",
        names={
            "each": "Each image by itself",
            "pair": "Real against fake",
            "average": "Against the average",
        },
    )

    def d_real(self, score: Tensor) -> Tensor:
        """Return what D pays for a real with this score, element by element."""
        raise NotImplementedError

    def d_fake(self, score: Tensor) -> Tensor:
        """Return what D pays for a fake with this score, element by element."""
        raise NotImplementedError

    def g_fake(self, score: Tensor) -> Tensor:
        """Return what G pays for a fake with this score, element by element."""
        raise NotImplementedError

    def formula(self) -> tuple[str, str]:
        """Return D's and G's loss as rich text, in the letters of the papers."""
        raise NotImplementedError

    @property
    def needs_reals_for_g(self) -> bool:
        """Whether G's loss looks at reals too."""
        return self.pairing != "each"

    def surety(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return by how much D takes each real for one, element by element; below 0 it does not.

        Relative scores have no zero of their own: only how far they are apart says anything.
        """
        if self.pairing == "pair":
            return real - fake
        return real - fake.mean() if self.pairing == "average" else real

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return D's loss, a scalar; relative scores as in arXiv:1807.00734, halved for pairs."""
        if self.pairing == "pair":
            # For a symmetric function both halves are equal: this is the RpGAN loss of arXiv:2501.05441.
            return (self.d_real(real - fake) + self.d_fake(fake - real)).mean() / 2
        if self.pairing == "average":
            return self.d_real(real - fake.mean()).mean() + self.d_fake(fake - real.mean()).mean()
        return self.d_real(real).mean() + self.d_fake(fake).mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return G's loss, a scalar; `real` is needed only for relative scores, where roles swap."""
        if self.pairing == "each" or real is None:
            return self.g_fake(fake).mean()
        if self.pairing == "pair":
            return (self.d_real(fake - real) + self.d_fake(real - fake)).mean() / 2
        return self.d_real(fake - real.mean()).mean() + self.d_fake(real - fake.mean()).mean()
