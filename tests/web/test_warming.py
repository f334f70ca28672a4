"""What a reader would wait for the first time is made beforehand."""

import threading

from web.conftest import write_shop

import omvei
from omvei import lenses
from omvei.errors import OmveiError
from omvei.web.jobs import Jobs
from omvei.web.warming import warm


def test_the_stages_of_every_model_are_made_beforehand(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    warm(workspace.path)  # nothing there yet, and no error
    workspace.take(write_shop(tmp_path / "shop.csv", 20))
    assert not list(workspace.path.rglob("*.stage"))
    warm(workspace.path)
    made = {file.name.split(".")[1] for file in workspace.path.rglob("*.stage")}
    assert made == {lenses.load(name).digest for name in lenses.names()}


def test_what_comes_then_comes_after_a_job_that_went_well(tmp_path):
    jobs, came = Jobs(tmp_path), threading.Event()
    jobs.then = came.set

    def wrong(progress):
        raise OmveiError("no")

    failed = jobs.start("a", "file", wrong)
    while failed.state in ("waiting", "running"):
        pass
    assert not came.wait(0.2)
    jobs.start("b", "file", lambda progress: [])
    assert came.wait(5)
