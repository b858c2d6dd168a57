"""Forms that are derived from what settings say about themselves."""

from studio.forms.form import Form

__all__ = ["Form"]
