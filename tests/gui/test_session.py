"""The session: requests replace requests, and the way back is kept."""

from __future__ import annotations

import pytest

from cnnviz.gui.session import Session
from cnnviz.request import ModelRequest, Request

START = Request(ModelRequest("lenet5-mnist"), image="a.png")


@pytest.fixture
def session(qapp):
    return Session(START)


def test_changes_are_told_with_old_and_new(session, qtbot):
    with qtbot.waitSignal(session.changed) as told:
        session.update(layer="3")
    assert told.args[0] == START
    assert told.args[1] == session.request
    assert session.request.layer == "3"


def test_the_same_request_again_is_no_change(session, qtbot):
    with qtbot.assertNotEmitted(session.changed):
        session.update(image="a.png")
    assert not session.can_go_back


def test_back_and_forward_walk_through_finished_acts(session):
    session.update(layer="0")
    session.update(layer="1", finished=False)
    session.update(layer="2", finished=False)
    session.update(layer="3")
    assert session.request.layer == "3"
    session.back()
    assert session.request.layer == "0"
    session.back()
    assert session.request == START
    assert not session.can_go_back
    session.forward()
    session.forward()
    assert session.request.layer == "3"
    assert not session.can_go_forward


def test_a_new_act_forgets_what_was_ahead(session):
    session.update(layer="0")
    session.update(layer="1")
    session.back()
    session.update(layer="5")
    assert not session.can_go_forward
    session.back()
    assert session.request.layer == "0"


def test_another_model_starts_at_the_picture(session):
    session.update(layer="3", channel=4)
    session.set_model(ModelRequest("vgg-cifar10"))
    assert (session.request.layer, session.request.channel) == ("", None)


def test_options_are_kept_sorted_so_that_equal_requests_are_equal(session):
    session.set_option("contrast", 0.5)
    session.set_option("colormap", "vik")
    assert session.request.options == (("colormap", "vik"), ("contrast", 0.5))


def test_what_could_not_be_answered_leaves_the_history(session):
    session.update(layer="0")
    good = session.request
    session.update(image="broken.png")
    session.return_to(good)
    assert session.request == good
    session.back()
    assert session.request == START


def test_pictures_that_are_gone_leave_the_history(session):
    session.update(image="b.png")
    session.update(image="c.png")
    session.forget_images({"c.png"})
    assert session.request.image == "b.png"
    session.back()
    assert session.request.image == "a.png"
    session.forget_images({"a.png", "b.png"})
    assert session.request.image == ""
