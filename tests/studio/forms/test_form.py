from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QStyleOptionComboBox,
    QWidgetItem,
)

from gan_engine import (
    EXPORTERS,
    Problem,
    RunConfig,
    check,
    default_draft,
    drop,
    get,
    merge,
    put,
    walk,
)
from studio.forms import Form
from studio.forms.fields import FIELDS
from studio.forms.numbers import NumberBox
from studio.forms.rows import Row, SwitchRow, about

EVERYTHING = ("training", "data", "architecture", "loss", "penalties", "optimizer_g", "ema")


@pytest.fixture
def draft():
    return default_draft()


@pytest.fixture
def form(qtbot, draft):
    made = Form(EVERYTHING)
    qtbot.addWidget(made)
    made.show_draft(draft)
    made.show()
    return made


def box_of(form, path, kind):
    return form.rows[path].findChild(kind)


def choose(form, path, label):
    box = box_of(form, path, QComboBox)
    box.setCurrentText(label)
    box.activated.emit(box.currentIndex())


def test_that_rows_that_come_and_go_leave_no_item_of_a_layout_to_python(form, draft):
    """Once Qt has deleted one, PySide takes its object for what is made in its place: a crash."""
    before = layout_items()
    for kind in ("style", "tutorial", "fastgan", "dcgan"):
        form.show_draft(put(draft, "architecture", {"kind": kind}))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert layout_items() == before


def layout_items():
    return sum(type(thing) is QWidgetItem for thing in gc.get_objects())


def test_that_every_setting_in_force_has_a_field_that_shows_its_value(qtbot, draft):
    form = Form()
    qtbot.addWidget(form)
    form.show_draft(draft)
    wanted = {s.path for s in walk(RunConfig, draft) if s.kind not in ("section", "each")}
    assert wanted <= form.rows.keys()
    assert box_of(form, "data.size", NumberBox).value == draft["data"]["size"]
    assert box_of(form, "data.flip", QCheckBox).isChecked() == draft["data"]["flip"]
    assert box_of(form, "training.device", QComboBox).currentText() == "The fastest there is"


def test_that_every_kind_of_setting_has_a_field(draft):
    kinds = {s.kind for s in walk(RunConfig, draft)}
    assert kinds - {"section", "each"} <= FIELDS.keys()


def test_that_sections_come_in_the_order_asked_for(form):
    assert tuple(form.sections) == EVERYTHING


def test_that_a_form_may_hold_single_settings(qtbot, draft):
    form = Form(("data.size", "data.flip"))
    qtbot.addWidget(form)
    form.show_draft(draft)
    assert set(form.rows) == {"data.size", "data.flip"}


def test_that_edits_are_told_with_their_path(form, qtbot):
    with qtbot.waitSignal(form.edited) as edited:
        box_of(form, "training.batch_size", NumberBox).stepBy(1)
    assert edited.args == ["training.batch_size", 65]
    with qtbot.waitSignal(form.edited) as edited:
        box_of(form, "data.flip", QCheckBox).click()
    assert edited.args == ["data.flip", False]
    with qtbot.waitSignal(form.edited) as edited:
        choose(form, "data.channels", "Grey")
    assert edited.args == ["data.channels", 1]


def test_that_another_kind_is_told_and_brings_its_own_settings(form, draft, qtbot):
    with qtbot.waitSignal(form.edited) as edited:
        choose(form, "loss", "Least squares")
    assert edited.args == ["loss.kind", "least_squares"]
    form.show_draft(put(draft, "loss.kind", "least_squares"))
    assert "loss.real_target" in form.rows
    form.show_draft(put(draft, "loss.kind", "wasserstein"))
    assert "loss.real_target" not in form.rows


def test_that_parts_are_switched_on_and_off(form, draft, qtbot):
    row = form.rows["penalties.r2"]
    assert isinstance(row, SwitchRow)
    assert not row.box.isChecked()
    with qtbot.waitSignal(form.switched) as switched:
        row.box.click()
    assert switched.args == ["penalties.r2", True]
    form.show_draft(put(draft, "penalties.r2", {}))
    assert form.rows["penalties.r2"] is row
    assert "penalties.r2.weight" in form.rows
    form.show_draft(drop(draft, "penalties.r1"))
    assert "penalties.r1.weight" not in form.rows


def test_that_settings_of_a_part_stand_below_its_switch(form):
    stack = form.sections["penalties"].stack
    order = [stack.itemAt(n).widget() for n in range(stack.count())]
    place = order.index(form.rows["penalties.r1"])
    assert order[place + 1] is form.rows["penalties.r1.weight"]


def test_that_fields_stay_and_keep_the_cursor_while_one_types(form, draft, qtbot):
    form.activateWindow()
    box = box_of(form, "training.batch_size", NumberBox)
    box.setFocus()
    box.selectAll()
    rows = dict(form.rows)
    shown = draft
    for key in "128":
        qtbot.keyClick(box, key)
        box.flush()
        shown = put(shown, "training.batch_size", box.value)
        form.show_draft(shown, check(shown)[1])
    assert box.text() == "128"
    assert QApplication.focusWidget() is box
    assert all(form.rows[path] is row for path, row in rows.items())


def test_that_a_problem_stands_at_its_field_and_goes_with_it(form, draft):
    broken = merge(draft, {"training": {"batch_size": 0}, "data": {"size": 9999}})
    form.show_draft(broken, check(broken)[1])
    line = form.rows["training.batch_size"].line
    assert "at least 1" in line.text
    assert not line.isHidden()
    assert form.rows["data.size"].line.text
    assert box_of(form, "training.batch_size", NumberBox).property("wrong")
    form.show_draft(draft, check(draft)[1])
    assert line.isHidden()
    assert not box_of(form, "training.batch_size", NumberBox).property("wrong")


def test_that_a_suggestion_is_one_click(form, draft, qtbot):
    problem = Problem("data.size", "These networks cannot make it.", "Use 64.", suggestion=64)
    form.show_draft(draft, [problem])
    button = form.rows["data.size"].line._mend
    assert button.text() == "Use 64"
    with qtbot.waitSignal(form.edited) as edited:
        button.click()
    assert edited.args == ["data.size", 64]


def test_that_a_suggested_choice_is_called_what_its_field_calls_it(form, draft):
    problem = Problem("loss.pairing", "It compares no pairs.", "", suggestion="each")
    form.show_draft(draft, [problem])
    assert form.rows["loss.pairing"].line._mend.text() == "Use Each image by itself"


def test_that_tab_goes_from_a_field_to_what_mends_it(form, draft):
    problem = Problem("data.size", "These networks cannot make it.", "Use 64.", suggestion=64)
    form.show_draft(draft, [problem])
    row = form.rows["data.size"]
    there, passed = row.field, []
    while row.isAncestorOf(there):
        passed.append(there)
        there = there.nextInFocusChain()
    assert row.line._mend in passed


def test_that_a_warning_about_all_penalties_stands_in_their_section(form, draft):
    bare = {**draft, "penalties": {}}
    problems = check(bare)[1]
    form.show_draft(bare, problems)
    assert "steep" in form.sections["penalties"].line.text
    form.show_draft(draft, check(draft)[1])
    assert form.sections["penalties"].line.text == ""


def test_that_a_wrong_kind_is_shown_with_its_problem(form, draft):
    broken = {**draft, "loss": {"kind": "hinged"}}
    form.show_draft(broken, check(broken)[1])
    assert box_of(form, "loss", QComboBox).currentText() == "hinged"
    assert "hinged" in form.rows["loss"].line.text
    form.show_draft(draft)
    assert box_of(form, "loss", QComboBox).findText("hinged") == -1


def test_that_what_is_not_live_wears_a_lock_while_a_run_goes_on(form, draft):
    form.show_draft(draft, (), running=True)
    for row in form.rows.values():
        if isinstance(row, SwitchRow):
            assert not row.box.icon().isNull()
            assert "Applies to the next run." in row.box.toolTip()
            continue
        told = "May change while training" if row.setting.live else "Applies to the next run"
        assert row._badge.toolTip() == told
        assert not row._badge.pixmap().isNull()
        assert ("Applies to the next run" in row.field.toolTip()) == (not row.setting.live)
        assert row.field.isEnabled()
    form.show_draft(draft, (), running=False)
    plain = [r for r in form.rows.values() if isinstance(r, Row) and not r.setting.live]
    assert all(row._badge.pixmap().isNull() for row in plain)


def test_that_a_value_for_the_next_run_stands_beside_that_of_this_one(form, draft):
    later = put(put(draft, "training.batch_size", 16), "loss.kind", "hinge")
    form.show_draft(later, (), running=True, in_force=draft)
    was = get(draft, "training.batch_size")
    assert (
        form.rows["training.batch_size"]._later.text() == f"For the next run; this one has {was}."
    )
    assert form.rows["loss"]._later.text() == "For the next run; this one has Cross entropy."
    assert form.rows["training.seed"]._later.isHidden()
    form.show_draft(later, (), running=False, in_force=draft)
    assert form.rows["training.batch_size"]._later.isHidden()


def test_that_a_rate_can_be_made_to_move_and_to_stand_still(form, draft, qtbot):
    field = form.rows["optimizer_g.rate"].field
    with qtbot.waitSignal(form.edited) as edited:
        field._moves.click()
    path, ramp = edited.args
    assert path == "optimizer_g.rate"
    moving = put(draft, path, ramp)
    assert check(moving)[0] is not None
    form.show_draft(moving)
    with qtbot.waitSignal(form.edited) as edited:
        field._fields["end"].findChild(NumberBox).stepBy(1)
    assert edited.args[1]["start"] == ramp["start"]
    assert edited.args[1]["end"] > ramp["end"]
    with qtbot.waitSignal(form.edited) as edited:
        field._moves.click()
    assert edited.args[1] == ramp["start"]
    form.show_draft(draft)
    assert field._inner.isHidden()


def test_that_a_search_shows_what_it_finds_and_everything_after(form):
    total = form.filter("")
    found = form.filter("learning rate")
    assert 0 < found < total
    assert not form.rows["optimizer_g.rate"].isHidden()
    assert form.rows["data.size"].isHidden()
    assert form.sections["data"].isHidden()
    assert form.filter("batch size") == 1
    assert form.filter("qwertz") == 0
    assert form.found == 0
    assert form.filter("") == total
    assert not form.rows["data.size"].isHidden()


def test_that_a_search_opens_what_was_folded_only_while_it_lasts(form):
    section = form.sections["optimizer_g"]
    assert not section.advanced.is_open
    form.filter("beta1")
    assert section.advanced.is_open
    form.filter("")
    assert not section.advanced.is_open


def test_that_a_setting_is_brought_to_view(qtbot, draft):
    form, area = Form(folded=("optimizer_d",)), QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(form)
    area.resize(360, 200)
    area.show()
    area.activateWindow()
    form.show_draft(draft)
    assert form.reveal("optimizer_d.beta1")
    section = form.sections["optimizer_d"]
    assert section.is_open
    assert section.advanced.is_open
    qtbot.waitUntil(lambda: area.verticalScrollBar().value() > 0)
    assert form.reveal("loss.kind")
    assert form.reveal("penalties.r1")
    assert not form.reveal("nothing.like.that")


def test_that_folders_keep_names_that_are_no_utf8(form, draft, qtbot):
    field = form.rows["data.folder"].field
    line = field.findChild(QLineEdit)
    assert line.text() == "Built-in images"
    with qtbot.waitSignal(form.edited) as edited:
        field.take("/pictures/caf\udce9")
    path, value = edited.args
    value.encode("utf-8")
    form.show_draft(put(draft, path, value))
    assert line.text() == value  # as settings files write it: Qt cannot hold such a name
    with qtbot.assertNotEmitted(form.edited):
        form.flush()
    assert field._value_of() == value


def test_that_a_colour_is_typed(form, draft, qtbot):
    line = box_of(form, "data.background", QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, "#102030")
    with qtbot.waitSignal(form.edited) as edited:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert edited.args == ["data.background", "#102030"]


def test_that_a_setting_is_reset_to_what_a_newcomer_gets(form, draft, qtbot):
    from PySide6.QtWidgets import QMenu

    form.show_draft(put(draft, "training.batch_size", 7))
    menu = QMenu(form)
    form.rows["training.batch_size"].add_reset(menu)
    assert menu.actions()[0].text() == "Reset to 64"
    with qtbot.waitSignal(form.edited) as edited:
        menu.actions()[0].trigger()
    assert edited.args == ["training.batch_size", 64]


def test_that_any_draft_can_be_shown(form, draft):
    for broken in (
        {},
        {"data": 5, "loss": "hinge", "penalties": [1]},
        merge(draft, {"data": {"size": "large", "flip": "maybe", "folder": 3, "background": 1.5}}),
        merge(draft, {"optimizer_g": {"rate": {"start": "x"}}}),
    ):
        form.show_draft(broken, check(broken)[1])
        form.grab()


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda part: part.key())
def test_that_any_part_has_a_form(exporter, qtbot):
    form = Form(root=exporter)
    qtbot.addWidget(form)
    form.show_draft({})
    assert set(form.rows) == {s.path for s in walk(exporter, {}) if s.kind != "section"}


def test_that_a_part_is_explained_in_its_first_sentence():
    class Thing(RunConfig):
        """Does one
        thing. And another. Source: arXiv:1234.56789."""

    assert about(Thing) == "Does one thing."


def test_that_a_default_is_told_as_its_field_shows_it(form):
    form.show_draft(default_draft())
    tip = form.rows["data.fit"].field.toolTip()
    assert "Default: Crop" in tip
    tip = form.rows["loss"].field.toolTip()
    assert "Default: Cross entropy" in tip


def test_that_a_choice_with_a_long_name_says_that_there_is_more_of_it(form):
    box = form.rows["architecture.up"].findChild(QComboBox)
    option = QStyleOptionComboBox()
    for width, said in ((300, "Transposed convolution"), (120, "Transp")):
        box.resize(width, box.height())
        box.initStyleOption(option)
        assert option.currentText.startswith(said)
        assert option.currentText.endswith("…") == (width == 120)
    assert box.currentText() == "Transposed convolution"
