"""What was promised about speed, as ratios against a rival measured in the same minute. `pytest -s` prints the figures."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone


def median_ratio(ours: Callable[[], object], rival: Callable[[], object], rounds: int) -> float:
    """Our median time by the rival's, measured in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for taken, work in zip(times, (ours, rival), strict=True):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
    pairs = [a / b for a, b in zip(*times, strict=True)]
    ratio = statistics.median(times[0]) / statistics.median(times[1])
    sys.stdout.write(f"ratio of medians {ratio:.2f}, pair by pair {min(pairs):.2f} to {max(pairs):.2f}\n")
    return ratio


@pytest.mark.parametrize(("arguments", "starts"), [(["--help"], 30), (["runs"], 25)])
def test_a_command_starts_quickly(clean_env: dict[str, str], tmp_path: Path, arguments: list[str], starts: int) -> None:
    """In bare starts of the interpreter: the measure that does not depend on the machine."""

    def process(*words: str) -> None:
        subprocess.run(
            [sys.executable, *words],
            env=clean_env,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    process("-m", "tuiml", *arguments)

    assert median_ratio(lambda: process("-m", "tuiml", *arguments), lambda: process("-c", "pass"), 15) <= starts


@pytest.mark.tf
@pytest.mark.slow
def test_an_epoch_of_the_notes_network_takes_at_most_seven_tenths_of_plain_fit(
    keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60,000 rows, dense 512, batch 128, measured in turn with `model.fit` on the same rows."""
    import keras

    from tuiml.tasks.recipes import build_recipe
    from tuiml.train import rows
    from tuiml.train.control import Control
    from tuiml.train.loop import CompiledLoop
    from tuiml.train.model import build

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    recipe = build_recipe("mnist", preset="notes")
    loaded = rows.load(recipe, lambda text: None)
    loop = CompiledLoop(
        build(recipe, loaded.input, loaded.head),
        loaded.train,
        None,
        loaded.head.one_hot,
        Control(lambda event: None),
        lambda event: None,
    )
    loop.install()
    loop.warm()
    plain = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(512, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    )
    plain.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    x = loaded.data.train_x.reshape(-1, 784).astype("float32") / 255
    y = keras.utils.to_categorical(loaded.data.train_y)

    def ours() -> None:
        loop.step = 0
        loop.fit(1, 1, [])

    def fit() -> None:
        plain.fit(x, y, batch_size=128, epochs=1, verbose=0)

    ours()
    fit()

    assert median_ratio(ours, fit, 9) <= 0.7


@pytest.mark.tf
@pytest.mark.slow
async def test_the_screen_stays_awake_while_a_run_starts_and_trains(
    tmp_path: Path, keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticks of 20 ms in the UI loop while a real run of MNIST starts and trains: few are later than two repaints take.

    The rival is the app's own repaint of the whole screen, measured in the same minute.
    """
    import asyncio

    from tuiml.runs.store import find, read
    from tuiml.settings import Settings
    from tuiml.tasks.recipes import build_recipe
    from tuiml.tui.app import TuimlApp

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    app = TuimlApp(Settings(tmp_path / "runs", "textual-dark"), build_recipe("mnist", sets=["train.epochs=2"]))
    late: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(1)
        repaints = []
        for _ in range(7):
            began = time.perf_counter()
            app.screen.refresh(layout=True)
            await pilot.pause()
            repaints.append(time.perf_counter() - began)
        await pilot.press("ctrl+r")
        until = time.monotonic() + 90
        while time.monotonic() < until:
            began = time.perf_counter()
            await asyncio.sleep(0.02)
            late.append(time.perf_counter() - began - 0.02)
            if len(late) % 25 == 0 and read(find(tmp_path / "runs", None)).state.status == "finished":
                break
    repaint = statistics.median(repaints)
    sys.stdout.write(
        f"repaint {repaint * 1000:.0f} ms; longest gap {max(late) * 1000:.0f} ms, over 100 ms {sum(gap > 0.1 for gap in late)} of {len(late)}\n"
    )

    assert len(late) > 50
    assert sum(gap > 2 * repaint for gap in late) < len(late) / 20
