"""Claims about the benchmark itself: equal work, turn by turn, and nothing hidden."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import augment
from augment.bench.contest import Timing, in_turn, ratio
from augment.bench.contestants import ENTRIES, RIVALS, load
from augment.bench.report import Report
from augment.bench.task import ARTICLE, TEXTS, NotOffered, Task, batch_size, pictures, read_sizes, tasks

SMALL = Task(ARTICLE, (28, 28, 1), 8)
COLOR = (32, 32, 3)
SECONDS = st.floats(1e-4, 10)
NEEDS_TENSORFLOW = ("keras", "keras-layers")


@pytest.fixture(autouse=True)
def opencv_threads():
    """Contestants set OpenCV's threads in what is usually their own process."""
    threads = cv2.getNumThreads()
    yield
    cv2.setNumThreads(threads)


@pytest.fixture(autouse=True)
def tensorflow_threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow's threads can only be set before its first step, which another test may have taken."""
    if request.node.get_closest_marker("tf"):
        import tensorflow as tf

        for kind in ("inter", "intra"):
            monkeypatch.setattr(tf.config.threading, f"set_{kind}_op_parallelism_threads", lambda threads: None)


def contestant(name: str) -> Any:
    """One that is installed."""
    try:
        return load(name)
    except ImportError as error:
        pytest.skip(f"{name} is not installed: {error}")


def each_contestant(names: Any) -> list[Any]:
    marked = {name: [pytest.mark.tf] for name in NEEDS_TENSORFLOW}
    return [pytest.param(name, marks=marked.get(name, [])) for name in names]


def bench(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with more environment variables."""
    return subprocess.run(
        [sys.executable, "-m", "augment", "bench", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environ,
        check=False,
    )


@pytest.fixture
def strange_rival(tmp_path: Path) -> dict[str, str]:
    """An environment in which albumentations is a module that prints, and then raises when it is used."""
    (tmp_path / "albumentations.py").write_text(
        "print('hello from the import')\n__version__ = '0'\n"
        "def __getattr__(name):\n    print('hello again')\n    raise RuntimeError('no such thing')\n"
    )
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("name", each_contestant(ENTRIES))
@pytest.mark.parametrize("shape", [(28, 28, 1), COLOR])
def test_every_contestant_does_the_articles_work(name: str, shape: tuple[int, int, int]) -> None:
    """A batch of float32 in 0..1, of the shape that came in, and other pictures the next time."""
    task = Task(ARTICLE, shape, 8)

    work = contestant(name).work(task, pictures(task))
    first, second = np.array(work()), np.array(work())

    assert first.shape == second.shape == (8, *shape)
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert 0.3 < first.max() <= 1 + 1e-6
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", each_contestant(name for name in ENTRIES if not name.startswith("generator")))
def test_single_ops_give_uint8_batches_of_the_same_shape(name: str) -> None:
    """Whatever a contestant offers beside the article's settings; Keras' own class has only float32."""
    ready = contestant(name)
    done = 0
    for task in tasks([op for op in TEXTS if op != ARTICLE], [COLOR]):
        task = Task(task.name, task.shape, 4)
        try:
            batch = ready.work(task, pictures(task))()
        except NotOffered:
            continue
        assert batch.shape == (4, *COLOR), task
        assert batch.dtype == (np.float32 if name == "keras" else np.uint8), task
        done += 1
    assert done or name == "pillow-fused"


def test_each_task_is_an_op_of_ours() -> None:
    """A task that our own grammar does not know would compare nothing."""
    for text in TEXTS.values():
        assert augment.parse(text), text


def test_contestants_take_turns() -> None:
    """Rounds alternate, and who is first in one round is last in the next, so that a slow minute is everybody's."""
    asked: list[str] = []

    class Recorder:
        def __init__(self, name: str) -> None:
            self.name = name

        def ask(self, **words: Any) -> dict[str, Any]:
            if "round" not in words:
                return {"repeats": 1}
            asked.append(self.name)
            return {"seconds": 1.0}

    timings = in_turn([(Recorder(name), SMALL) for name in "abc"], rounds=3)

    assert "".join(asked) == "abc" + "bca" + "cab"
    assert [len(timing.seconds) for timing in timings] == [3, 3, 3]


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=9))
def test_a_ratio_is_of_medians_and_comes_with_its_spread(pairs: list[tuple[float, float]]) -> None:
    """Above 1 the rival takes longer; the spread is that of single rounds."""
    ours, theirs = (tuple(column) for column in zip(*pairs, strict=True))

    found = ratio(Timing("augment", SMALL, ours), Timing("pillow", SMALL, theirs))

    assert found.median == statistics.median(theirs) / statistics.median(ours)
    assert found.low == min(b / a for a, b in pairs)
    assert found.high == max(b / a for a, b in pairs)


def test_where_a_rival_wins_is_said() -> None:
    """The last lines of the report name each op in which we are slower, and only those."""
    timings = []
    for name, rival in (("flip", 0.5), ("zoom", 2.0)):
        task = Task(name, COLOR, 8)
        timings += [Timing("augment", task, (1.0, 1.0)), Timing("pillow", task, (rival, rival))]

    text = str(Report(2, 0, {"augment": "1", "pillow": "1"}, {}, timings))

    lost = text.partition("Where a rival wins:")[2]
    assert "flip, 32x32x3, batch 8: pillow 0.5x" in lost
    assert "zoom" not in lost


def test_a_report_without_losses_says_so() -> None:
    """Silence could mean that nobody looked."""
    timings = [Timing("augment", SMALL, (1.0,)), Timing("pillow", SMALL, (2.0,))]

    assert "No rival was faster" in str(Report(1, 0, {}, {}, timings))


@pytest.mark.skipif(importlib.util.find_spec("albumentations") is not None, reason="albumentations is installed")
def test_a_rival_that_is_not_installed_is_listed() -> None:
    """The others are measured all the same."""
    done = bench("--rounds", "1", "--sizes", "8x8x1", "--rivals", "albumentations,pillow", "--ops", "vflip")

    assert done.returncode == 0, done.stderr
    assert "albumentations   not installed" in done.stdout
    assert "pillow           Pillow" in done.stdout


def test_a_rival_that_prints_and_fails_disturbs_nobody(strange_rival: dict[str, str]) -> None:
    """Its reason stands in the report, its words do not get between the answers, the others are measured."""
    arguments = ("--rounds", "2", "--sizes", "8x8x1", "--rivals", "albumentations,pillow", "--ops", "vflip", "--json")
    done = bench(*arguments, **strange_rival)

    assert done.returncode == 0, done.stderr
    told = {timing["contestant"]: timing for timing in json.loads(done.stdout)["timings"]}
    assert "no such thing" in told["albumentations"]["problem"]
    assert len(told["augment"]["seconds"]) == len(told["pillow"]["seconds"]) == 2
    assert min(told["augment"]["seconds"]) > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sizes", "28x28"], "28x28"),
        (["--sizes", "28x28x2"], "channels"),
        (["--rivals", "pilow"], "did you mean 'pillow'?"),
        (["--ops", "rotat"], "did you mean 'rotate"),
        (["--rounds", "0"], "1 or more"),
        (["--threads", "-1"], "1 or more"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_starts(arguments: list[str], said: str) -> None:
    """With the argument, what came, and the nearest right thing."""
    done = bench(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert not done.stdout


@given(st.lists(st.tuples(st.integers(1, 999), st.integers(1, 999), st.sampled_from([1, 3, 4])), min_size=1))
def test_sizes_are_read_as_they_are_written(sizes: list[tuple[int, int, int]]) -> None:
    """Height x width x channels, with commas between."""
    assert read_sizes(",".join("x".join(map(str, size)) for size in sizes)) == sizes


def test_tasks_are_the_articles_batches() -> None:
    """128 small pictures, 32 large ones, and no color op on gray pictures."""
    made = tasks(["hue", ARTICLE], [(28, 28, 1), (224, 224, 3)])

    assert [(task.name, task.batch) for task in made] == [("hue", 32), (ARTICLE, 128), (ARTICLE, 32)]
    assert batch_size(COLOR) == 128


def test_the_rivals_are_those_that_were_promised() -> None:
    """Keras' class and layers, albumentations, Augmentor, plain Pillow."""
    assert {"keras", "keras-layers", "albumentations", "augmentor", "pillow"} <= set(RIVALS)
