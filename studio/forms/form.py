"""Shows sections of a draft as fields and tells of edits; everything about a field is derived."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gan_engine import Part, Problem, RunConfig, Setting, chosen, get, settings_of, walk
from studio.forms.fold import Fold
from studio.forms.rows import ProblemLine, Row, SwitchRow, worst
from studio.i18n import tr

_WIDEST_PX = 640
"""Pixels; a label too far from its field is hard to follow."""


class _Section(Fold):
    """The rows of one setting of the root, advanced ones in a fold of their own."""

    def __init__(self, setting: Setting, opened: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr(setting.label), opened=opened, parent=parent)
        self.setting = setting
        self.rows: dict[str, Row | SwitchRow] = {}
        self.advanced = Fold(tr("Advanced"), "fold", opened=False)
        self.set_tip(tr(setting.help))
        self.stack.addWidget(self.advanced)
        self.line = ProblemLine()
        self.stack.addWidget(self.line)

    def arrange(self, wanted: Sequence[tuple[str, Row | SwitchRow]], hidden: set[str]) -> None:
        """Stack these rows in this order; the widgets that stay are not touched."""
        keep = dict(wanted)
        for path, row in self.rows.items():
            if keep.get(path) is not row:
                row.hide()
                row.setParent(None)
                row.deleteLater()
        self.rows = keep
        for stack, members in (
            (self.stack, [row for path, row in wanted if path not in hidden]),
            (self.advanced.stack, [row for path, row in wanted if path in hidden]),
        ):
            for place, row in enumerate(members):
                if stack.indexOf(row) != place:
                    stack.insertWidget(place, row)
        self.advanced.setVisible(bool(hidden))
        self.advanced.show_title(tr("Advanced ({count})", count=len(hidden)))

    def is_folded(self, row: QWidget) -> bool:
        """Whether a row is among the advanced ones."""
        return row.parentWidget() is self.advanced.body


class Form(QWidget):
    """A form over the sections at `paths` of a run's settings, or over any part's settings.

    It does not scroll by itself: put it in a QScrollArea with a resizable widget.
    """

    edited = Signal(str, object)
    """A person wants the setting at this path to have this value."""
    switched = Signal(str, bool)
    guide_asked = Signal(str)
    """A person wants a part of an `each` section, for example `penalties.r1`, or wants it gone."""

    def __init__(
        self,
        paths: Sequence[str] = (),
        root: type[Part] | None = None,
        folded: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty form; `show_draft` fills it.

        Args:
            paths: Which settings, by path or by the path of their section, in this order; all if empty.
            root: Whose settings; a run's if None.
            folded: Sections that are closed at first.
        """
        super().__init__(parent)
        self._root: type[Part] = root or RunConfig
        self._paths, self._folded = tuple(paths), set(folded)
        self._sections: dict[str, _Section] = {}
        self._draft: Mapping[str, Any] = {}
        self._in_force: Mapping[str, Any] = {}
        self._text = self._aim = ""
        self._found = 0
        self._obstacles: Mapping[str, Problem] = {}
        self._soon = QTimer(self)  # once what was opened has its place
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._scroll)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 8)
        self._column.setSpacing(4)
        self._column.addStretch(1)
        self.setMaximumWidth(_WIDEST_PX)

    # --- being shown things ----------------------------------------------------------------

    def show_obstacles(self, found: Mapping[str, Problem]) -> None:
        """Say, with the next draft, which parts cannot be switched on and why, by their paths."""
        self._obstacles = dict(found)

    def show_draft(
        self,
        draft: Mapping[str, Any],
        problems: Sequence[Problem] = (),
        running: bool = False,
        in_force: Mapping[str, Any] | None = None,
    ) -> None:
        """Show settings and what is wrong with them; fields that stay keep focus and cursor.

        Args:
            draft: The settings.
            problems: What is wrong with them.
            running: Whether a run goes on: then what may not change during one wears a lock.
            in_force: The settings of that run; where they differ, it is said.
        """
        self._draft, self._in_force = draft, in_force or {}
        for number, (top, settings) in enumerate(self._groups(draft)):
            section = self._section(top, number)
            self._fill(section, settings, problems, running)
        self.filter(self._text)

    def filter(self, text: str) -> int:
        """Show only settings that every word of `text` is found in; return how many those are."""
        self._text = text
        words = text.lower().split()
        total = 0
        for section in self._sections.values():
            title = f"{section.setting.label} {tr(section.setting.label)}".lower()
            count = hidden = 0
            for row in section.rows.values():
                fits = all(begins(word, f"{title} {row.words}") for word in words)
                row.setVisible(fits)
                count += fits
                hidden += fits and section.is_folded(row)
            section.setVisible(count > 0)
            section.force(bool(words))
            section.advanced.force(bool(words))
            section.advanced.setVisible(hidden > 0)
            total += count
        self._found = total
        return total

    def reveal(self, path: str) -> bool:
        """Bring the setting at `path` into view and put the cursor there; say whether it is here."""
        for section in self._sections.values():
            row = section.rows.get(path.removesuffix(".kind"))
            if row is None:
                continue
            section.open()
            if section.is_folded(row):
                section.advanced.open()
            row.show()
            self._aim = path.removesuffix(".kind")
            self._soon.start()
            (row.field if isinstance(row, Row) else row.box).setFocus()
            return True
        return any(self.reveal(p) for p in [path.rpartition(".")[0]] if p)

    def flush(self) -> None:
        """Tell at once of what was typed a moment ago."""
        for section in self._sections.values():
            for row in section.rows.values():
                if isinstance(row, Row):
                    row.field.flush()

    # --- what it is asked ------------------------------------------------------------------

    @property
    def rows(self) -> dict[str, Row | SwitchRow]:
        """Every row, by the path of its setting."""
        return {path: row for s in self._sections.values() for path, row in s.rows.items()}

    @property
    def found(self) -> int:
        """How many settings the filter lets through."""
        return self._found

    @property
    def sections(self) -> dict[str, _Section]:
        """Every section, by its path."""
        return dict(self._sections)

    # --- building --------------------------------------------------------------------------

    def _groups(self, draft: Mapping[str, Any]) -> Iterator[tuple[Setting, list[Setting]]]:
        """Yield each section with the settings in it that this form shows."""
        every = list(walk(self._root, draft))
        plain = [s for s in settings_of(self._root) if s.kind not in ("one", "each", "section")]
        plain = [s for s in plain if self._shows(s.path)]
        if plain:
            yield _untitled(self._root), plain
        tops = [s for s in settings_of(self._root) if s not in plain]
        for top in sorted(tops, key=self._order):
            inside = [s for s in every if s.path == top.path or s.path.startswith(f"{top.path}.")]
            shown = [s for s in inside if self._shows(s.path) and s.kind != "section"]
            if shown:
                yield top, shown

    def _shows(self, path: str) -> bool:
        return not self._paths or any(path == p or path.startswith(f"{p}.") for p in self._paths)

    def _order(self, setting: Setting) -> int:
        tops = [path.split(".")[0] for path in self._paths]
        return tops.index(setting.path) if setting.path in tops else len(tops)

    def _section(self, top: Setting, number: int) -> _Section:
        found = self._sections.get(top.path)
        if found is None:
            found = _Section(top, top.path not in self._folded)
            found.hide_head(not top.path)
            self._sections[top.path] = found
            self._column.insertWidget(number, found)
        return found

    def _fill(
        self,
        section: _Section,
        settings: Sequence[Setting],
        problems: Sequence[Problem],
        running: bool,
    ) -> None:
        wanted: list[tuple[str, Row | SwitchRow]] = []
        hidden: set[str] = set()
        shown: list[Problem] = []
        each = next((s for s in settings if s.kind == "each"), None)
        for setting in settings:
            if setting.kind == "each":
                continue
            row = self._row(section, setting, 1 if each is not None else 0)
            problem = worst(problems, setting.path)
            row.show_value(
                self._value(setting, self._draft),
                problem,
                running,
                self._value(setting, self._in_force) if running and self._in_force else None,
            )
            shown += [problem] if problem else []
            wanted.append((setting.path, row))
            if setting.advanced and each is None:  # a part's own settings stay together
                hidden.add(setting.path)
        if each is not None:
            wanted, extra = self._switches(section, each, wanted, problems, running)
            shown += extra
        section.arrange(wanted, hidden)
        own = worst(problems, section.setting.path) if each is not None else None
        section.line.show_problem(own)
        shown += [own] if own else []
        errors = [p for p in shown if p.severity == "error"]
        first = next(iter(errors or shown), None)
        section.show_mark(first.severity if first else "", tr(first.text) if first else "")

    def _switches(
        self,
        section: _Section,
        each: Setting,
        rows: Sequence[tuple[str, Row | SwitchRow]],
        problems: Sequence[Problem],
        running: bool,
    ) -> tuple[list[tuple[str, Row | SwitchRow]], list[Problem]]:
        """Return the switch of every part there could be, each before the rows of its settings."""
        wanted: list[tuple[str, Row | SwitchRow]] = []
        found: list[Problem] = []
        for part in each.parts:
            path = f"{each.path}.{part.key()}"
            old = section.rows.get(path)
            row = old if isinstance(old, SwitchRow) else self._switch(path, part)
            problem = worst(problems, path)
            found += [problem] if problem else []
            why = self._obstacles.get(path)
            row.show_state(get(self._draft, path) is not None, problem, running, why)
            wanted.append((path, row))
            wanted += [(p, r) for p, r in rows if p.startswith(f"{path}.")]
        return wanted, found

    def _switch(self, path: str, part: type[Part]) -> SwitchRow:
        row = SwitchRow(path, part)
        row.switched.connect(self.switched)
        row.edited.connect(self.edited)
        row.guide_asked.connect(self.guide_asked)
        return row

    def _row(self, section: _Section, setting: Setting, depth: int) -> Row:
        old = section.rows.get(setting.path)
        if isinstance(old, Row) and old.setting == setting:
            return old
        row = Row(setting, depth)
        row.edited.connect(self.edited)
        row.guide_asked.connect(self.guide_asked)
        return row

    @staticmethod
    def _value(setting: Setting, draft: Mapping[str, Any]) -> Any:
        if setting.kind == "one":
            table = get(draft, setting.path)
            table = table if isinstance(table, Mapping) else {}
            return table.get("kind", chosen(setting, table).key())
        return get(draft, setting.path, setting.default)

    def _scroll(self) -> None:
        row = self.rows.get(self._aim)
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None and row is not None:
            above.ensureWidgetVisible(row, 0, 48)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_sections"):
            for row in self.rows.values():
                if isinstance(row, Row):
                    row.recolor()


def begins(word: str, text: str) -> bool:
    """Whether a word of `text` begins with `word`: “rate” finds no generator.

    Chinese writes its words without spaces: there a word may stand anywhere.
    """
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![^\W_]){re.escape(word)}", text) is not None


def _untitled(root: type[Part]) -> Setting:
    """Return a section without a head, for settings that stand right in the root."""
    return Setting(path="", label=root.title, help="", kind="section", default=None, parts=(root,))
