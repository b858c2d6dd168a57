"""Every page and dock, in the window's order."""

from studio.panels.base import Panel
from studio.panels.compare import ComparePanel
from studio.panels.dataset import DatasetPanel
from studio.panels.design import DesignPanel
from studio.panels.explore import ExplorePanel
from studio.panels.guide import GuidePanel
from studio.panels.messages import MessagesPanel
from studio.panels.queue import QueuePanel
from studio.panels.runs import RunsPanel
from studio.panels.settings import SettingsPanel
from studio.panels.start import StartPanel
from studio.panels.train import TrainPanel

PANELS: tuple[type[Panel], ...] = (
    StartPanel,
    DatasetPanel,
    DesignPanel,
    TrainPanel,
    ExplorePanel,
    ComparePanel,
    RunsPanel,
    QueuePanel,
    SettingsPanel,
    GuidePanel,
    MessagesPanel,
)

__all__ = ["PANELS"]
