"""Rows of a form line up: a label with its field, and fields with each other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLineEdit

from gan_engine import default_draft
from studio.forms.form import Form
from studio.forms.rows import Row


@pytest.fixture
def form(qtbot) -> Form:
    form = Form(("data",))
    qtbot.addWidget(form)
    form.show_draft(default_draft())
    form.resize(420, 1200)
    form.show()
    QApplication.processEvents()
    return form


@pytest.fixture
def rows(form) -> dict[str, Row]:
    return {row.setting.path: row for row in form.findChildren(Row) if row.isVisible()}


def test_that_a_label_is_level_with_its_field(rows):
    for path in ("data.folder", "data.size", "data.channels", "data.background"):
        label, field = rows[path]._label.geometry(), rows[path].field.geometry()
        assert label.center().y() == field.center().y(), path


def test_that_rows_of_every_kind_are_equally_high(rows):
    kinds = ("data.folder", "data.size", "data.channels", "data.background")
    assert len({rows[path].height() for path in kinds}) == 1


def test_that_fields_with_a_button_behind_them_end_at_one_place(rows):
    ends = set()
    for path in ("data.folder", "data.background"):
        line = rows[path].field.findChild(QLineEdit)
        ends.add(line.mapTo(rows[path].field, QPoint(line.width(), 0)).x())
    assert len(ends) == 1
