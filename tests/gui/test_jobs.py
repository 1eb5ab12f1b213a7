"""Jobs: results as they come, cancel between two steps, failures as sentences."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import nn

from cnnviz.core.cancel import still_wanted
from cnnviz.core.trace import trace
from cnnviz.gui.jobs import Job, Jobs, Progress


@pytest.fixture
def idle():
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def jobs(qapp, idle):
    made = Jobs(idle)
    yield made
    idle.set()
    made.stop()


def ended(report):
    return report.ended


def test_all_results_arrive_in_order(jobs, qtbot):
    reports = []
    jobs.reported.connect(reports.append)
    with qtbot.waitSignal(jobs.reported, check_params_cb=ended):
        jobs.start(Job("count", lambda: (Progress(i, 200, i) for i in range(1, 201))))
    assert [result for report in reports for result in report.results] == list(range(1, 201))
    assert (reports[-1].done, reports[-1].total) == (200, 200)
    assert not jobs.active


def test_a_cancelled_job_stops_before_its_next_step_and_keeps_what_it_found(jobs, qtbot):
    reached = threading.Event()
    go_on = threading.Event()
    seen = []

    def work():
        yield Progress(1, 3, "one")
        reached.set()
        go_on.wait(10)
        seen.append("second step")
        yield Progress(2, 3, "two")
        seen.append("third step")
        yield Progress(3, 3, "three")

    reports = []
    jobs.reported.connect(reports.append)
    job = Job("slow", work)
    with qtbot.waitSignal(jobs.reported, check_params_cb=ended):
        jobs.start(job)
        assert reached.wait(10)
        jobs.cancel(job)
        go_on.set()
    assert seen == ["second step"]
    assert [result for report in reports for result in report.results] == ["one"]


def test_a_pass_is_given_up_when_its_job_is_cancelled(jobs, qtbot):
    reached, cancelled, asked = threading.Event(), threading.Event(), []

    class Long(nn.Module):
        def forward(self, values):
            for asking in range(3):
                if asking == 1:
                    reached.set()
                    cancelled.wait(10)
                asked.append(asking)
                values = values + 1
            return values

    def work():
        yield Progress(1, 2, "one")
        yield Progress(2, 2, trace(Long(), torch.zeros(1, 3), wanted=still_wanted))

    reports = []
    jobs.reported.connect(reports.append)
    job = Job("long", work)
    with qtbot.waitSignal(jobs.reported, check_params_cb=ended):
        jobs.start(job)
        assert reached.wait(10)
        jobs.cancel(job)
        cancelled.set()
    assert asked == [0, 1]  # the operation after it was never begun
    assert [result for report in reports for result in report.results] == ["one"]
    assert not reports[-1].problem


def test_a_failure_is_a_sentence_and_the_next_job_runs(jobs, qtbot, caplog):
    def broken():
        yield Progress(1, 2)
        raise OSError("the disk is full")

    with qtbot.waitSignal(jobs.reported, check_params_cb=ended) as told:
        jobs.start(Job("Writing", broken))
    assert told.args[0].problem == "Writing stopped: the disk is full"
    assert "OSError" in told.args[0].details
    assert "Writing" in caplog.text
    caplog.clear()
    with qtbot.waitSignal(jobs.reported, check_params_cb=ended) as told:
        jobs.start(Job("Next", lambda: iter([Progress(1, 1, "fine")])))
    assert told.args[0].results == ("fine",)


def test_jobs_wait_while_the_window_is_served(jobs, idle, qtbot):
    started = threading.Event()

    def work():
        started.set()
        yield Progress(1, 2, "first")
        yield Progress(2, 2, "second")

    idle.clear()
    reports = []
    jobs.reported.connect(reports.append)
    jobs.start(Job("patient", work))
    assert started.wait(10)
    with qtbot.waitSignal(jobs.reported, check_params_cb=ended):
        idle.set()
    assert reports[-1].results[-1] == "second"
