"""A headless run, as a script sees it: stdout is data, stderr is narration, the exit code says how it went."""

import json

import pytest

pytestmark = pytest.mark.tf


def test_the_main_job_runs_on_real_digits_and_learns(tuiml) -> None:
    """The README's command reaches 0.90 test accuracy in the default twelve epochs, augmented, and leaves a run folder."""
    done = tuiml("--task", "digits", "--augment", "rotate:10,shift:0.1", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)

    assert result["status"] == "finished"
    assert result["epochs"] == 12
    assert result["metrics"]["test_accuracy"] >= 0.90
    assert done.stderr.count("epoch ") >= 12
    assert "the same again" in done.stderr
    assert "\x1b" not in done.stderr


def test_quiet_says_nothing_and_jsonl_gives_every_event(tuiml) -> None:
    """`--jsonl` is the run's log on stdout; `--quiet` leaves stderr empty."""
    done = tuiml("--task", "digits", "--epochs", "2", "--jsonl", "--quiet")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert (kinds[0], kinds[-1]) == ("RunStarted", "RunEnded")
    assert kinds.count("EpochEnded") == 2
    assert done.stderr == ""


def test_same_seed_same_figures_other_seed_others(at_once) -> None:
    """A run is a function of its recipe."""
    arguments = ("--task", "digits", "--epochs", "2", "--dropout", "0.3", "--augment", "flip", "--json", "--quiet")
    ran = at_once(*((*arguments, "--seed", seed) for seed in ("3", "3", "4")))
    first, again, other = (json.loads(done.stdout)["metrics"] for done in ran)

    assert first == again
    assert first != other


def test_require_decides_the_exit_code(tuiml) -> None:
    """A requirement that is missed ends with 6 and says by how much."""
    done = tuiml("--task", "digits", "--epochs", "1", "--require", "test_accuracy>=1.5", "--quiet")

    assert done.returncode == 6
    assert "test_accuracy>=1.5 (was 0." in done.stderr


def test_early_stopping_on_the_training_loss_needs_no_validation(tuiml) -> None:
    """`monitor=loss` works without validation rows, and the reason is told."""
    done = tuiml(
        "--task",
        "digits",
        "--validation",
        "0",
        "--epochs",
        "50",
        "--early-stopping",
        "patience=1,monitor=loss,min_delta=0.3",
        "--json",
    )
    result = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert result["epochs"] < 50
    assert result["best_epoch"] is None
    assert "stopped early: loss did not improve for 1 epoch" in result["reason"]


def test_metrics_are_of_the_weights_that_the_run_ends_with(tuiml, tmp_path) -> None:
    """Early stopping restores the best epoch: its metrics are reported and required, and the saved model has them."""
    sets = ("--epochs", "200", "--learning-rate", "0.01", "--early-stopping", "3")
    result = json.loads(tuiml("--task", "digits", *sets, "--json", "--quiet").stdout)
    history = json.loads(tuiml("show", "--json").stdout)["history"]
    best = min(history, key=lambda row: row["val_loss"])

    assert result["best_epoch"] == best["epoch"] < result["epochs"] < 200
    assert result["metrics"]["val_loss"] == best["val_loss"]
    assert result["metrics"]["test_loss"] == result["metrics"]["best_test_loss"]

    more = json.loads(tuiml("resume", "--epochs", "+2", "--json").stdout)
    assert more["epochs"] == result["epochs"] + 2


def test_a_loss_that_explodes_ends_with_4_and_keeps_a_finite_model(at_once, tmp_path) -> None:
    """The step that is not finite is skipped; the last good weights are saved; the error is told once, quiet or not."""
    import numpy as np

    arguments = (
        "--task",
        "digits",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "10",
        "--activation",
        "linear",
        "--epochs",
        "30",
        "--loss",
        "mse",
        "--set",
        "model.output=linear",
        "--json",
    )
    done, silent = at_once(arguments, (*arguments, "--quiet"))
    assert done.returncode == silent.returncode == 4, done.stderr
    result = json.loads(done.stdout)
    saved = sorted((tmp_path / "runs" / result["run"] / "checkpoints").glob("last-*.npz"))[-1]

    assert result["status"] == "failed"
    assert "no longer a finite number" in result["error"]
    assert done.stderr.count("no longer a finite number") == 1
    assert silent.stderr == f"tuiml: {json.loads(silent.stdout)['error']}\n"
    with np.load(saved) as arrays:
        assert all(np.isfinite(arrays[name]).all() for name in arrays.files if name.startswith("model/"))


def test_mnist_is_read_from_keras_own_cache(tuiml, keras_home) -> None:
    """The real file, without network; one epoch of the notes' network on a tenth of the rows."""
    done = tuiml(
        "--task",
        "mnist",
        "--augment",
        "flip",
        "--epochs",
        "1",
        "--fraction",
        "0.1",
        "--json",
        KERAS_HOME=str(keras_home),
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)

    assert result["parameters"] == 407_050
    assert result["metrics"]["test_accuracy"] > 0.6


def test_a_folder_of_photographs_trains(tuiml, flowers) -> None:
    """Class folders of pictures of all sizes are a task."""
    done = tuiml(
        "--task", f"folder:{flowers}", "--image-size", "32", "--epochs", "2", "--augment", "flip,rotate:15", "--json"
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)

    assert result["epochs"] == 2
    assert 0 <= result["metrics"]["test_accuracy"] <= 1


def test_what_libraries_print_goes_to_the_log_of_the_run(tuiml, tmp_path) -> None:
    """TensorFlow writes to file descriptor 2 whatever it is told; narration stays clean."""
    done = tuiml("--task", "digits", "--epochs", "1", TF_CPP_MIN_LOG_LEVEL="0")
    log = next((tmp_path / "runs").iterdir()) / "runner.log"

    assert "cuda" not in done.stderr.lower()
    assert "onednn" not in done.stderr.lower()
    assert "tensorflow" in log.read_text().lower()
