"""What the journeys share with the window's own tests."""

from tests.studio.conftest import draft, endless, visitor

__all__ = ["draft", "endless", "visitor"]
