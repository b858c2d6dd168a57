"""A save that somebody keeps, by the menu: it stays until it is let go."""

from gan_engine import kept_of, saves_of


def test_that_the_save_of_the_samples_on_the_screen_is_kept_and_let_go(visitor, draft):
    visitor.settings({**draft, "checkpoint": {**draft["checkpoint"], "every_images": 8, "keep": 9}})
    visitor.trains()
    folder, said = visitor.studio.run.folder, []
    stage = visitor.window.panels["train"].stage
    visitor.waits_until(lambda: len(stage.moments) > 0 and stage.pixels is not None)
    visitor.studio.looking.take_moment(20)
    visitor.studio.run.noticed.connect(lambda notice: said.append(notice.text))
    meant = max(seen for seen, _ in saves_of(folder) if seen <= 20)
    visitor.chooses("keep_save")
    visitor.waits_until(
        lambda: said == [f"The save after {meant} images is kept, whatever follows."]
    )
    assert kept_of(folder) == {meant}
    visitor.chooses("keep_save")
    visitor.waits_until(lambda: len(said) == 2)
    assert said[1] == f"The save after {meant} images is kept no longer."
    assert not kept_of(folder)
