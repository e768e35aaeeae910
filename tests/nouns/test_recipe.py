"""A recipe is the same thing as a form, a file and a command line."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.errors import RecipeError
from tuiml.fields import EarlyStopping, Recipe
from tuiml.knobs import KNOBS, as_text, command, differences, flags
from tuiml.recipe import compose, from_toml, nested, to_toml

BASE = compose([{"task": "digits"}])


def recipes() -> st.SearchStrategy[Recipe]:
    """Recipes with fields of every kind changed."""
    layers = st.lists(st.integers(1, 600), max_size=3).map(tuple)
    share = st.floats(0, 0.9).map(lambda value: round(value, 6))
    early = st.one_of(
        st.none(),
        st.builds(
            EarlyStopping,
            patience=st.integers(0, 50),
            monitor=st.sampled_from(["loss", "val_loss"]),
            restore_best_weights=st.booleans(),
            baseline=st.one_of(st.none(), share),
        ),
    )
    return st.builds(
        lambda layers, dropout, l2, early, norm, epochs, rate, split, augment: compose(
            [
                {
                    "task": "digits",
                    "model": {"layers": layers, "batch_norm": norm},
                    "regularize": {"dropout": [dropout], "l2": [l2]},
                    "early_stopping": early and early.model_dump(),
                    "train": {"epochs": epochs},
                    "optimizer": {"learning_rate": rate},
                    "data": {"split": split},
                    "augment": augment,
                }
            ]
        ),
        layers,
        share,
        share,
        early,
        st.booleans(),
        st.integers(1, 10**6),
        st.floats(1e-6, 10).map(lambda value: float(f"{value:.8g}")),
        st.sampled_from(["shuffled", "first"]),
        st.fixed_dictionaries(
            {
                "ops": st.sampled_from(["", "flip@1,rotate:15"]),
                "mode": st.sampled_from(["online", "offline"]),
                "copies": st.integers(1, 10_000),
            }
        ),
    )


@given(recipe=recipes())
def test_toml_gives_the_recipe_back(recipe: Recipe) -> None:
    """recipe.toml of a run folder replays exactly that run."""
    assert compose([from_toml(to_toml(recipe), "x")]) == recipe


@given(recipe=recipes())
def test_the_equivalent_command_gives_the_recipe_back(recipe: Recipe) -> None:
    """What the form's footer shows is what the form holds."""
    words = shlex.split(command(recipe, BASE))
    assert words[:3] == ["tuiml", "--task", "digits"]
    by_flag = {knob.flag: path for path, knob in KNOBS.items() if knob.flag}
    layers = [{"task": "digits"}]
    rest = iter(words[3:])
    for word in rest:
        if word == "--set":
            path, _, value = next(rest).partition("=")
            layers.append(nested(path, value))
        elif word.removeprefix("--no-") != word or KNOBS[by_flag[word]].kind == "switch":
            layers.append(nested(by_flag[word.replace("--no-", "--")], not word.startswith("--no-")))
        else:
            layers.append(nested(by_flag[word], next(rest)))

    assert compose(layers) == recipe


def test_no_two_fields_share_a_flag() -> None:
    """Each flag means one field."""
    typed = [knob.flag for knob in KNOBS.values() if knob.flag]

    assert len(typed) == len(set(typed))


def test_every_field_explains_itself() -> None:
    """Help and title are there for each field, and a range wherever there is one to tell."""
    assert [path for path, knob in KNOBS.items() if not (knob.help and knob.title)] == []
    assert [path for path, knob in KNOBS.items() if knob.kind in ("int", "float", "choice") and not knob.range] == []


def test_all_problems_are_told_at_once_with_range_and_value() -> None:
    """One look at the errors is enough to mend a recipe."""
    with pytest.raises(RecipeError) as caught:
        compose(
            [
                {
                    "task": "digits",
                    "train": {"epochs": 0, "epocs": 3},
                    "optimizer": {"name": "adm"},
                    "regularize": {"dropout": "1.5"},
                }
            ]
        )
    told = {problem.path: problem.message for problem in caught.value.problems}

    assert told.keys() == {"train.epochs", "train.epocs", "optimizer.name", "regularize.dropout"}
    assert "from 1 to 1,000,000; received 0" in told["train.epochs"]
    assert "'epochs'" in told["train.epocs"]
    assert "'adam'" in told["optimizer.name"]
    assert "below 1; received '1.5'" in told["regularize.dropout"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", EarlyStopping(patience=5)),
        ("patience=3,monitor=loss", EarlyStopping(patience=3, monitor="loss")),
        ("on", EarlyStopping()),
        ("off", None),
        (
            "patience=2,min_delta=0.01,mode=max,monitor=val_accuracy,baseline=0.5,restore_best_weights=off,start_from_epoch=4,verbose=1",
            EarlyStopping(
                patience=2,
                min_delta=0.01,
                mode="max",
                monitor="val_accuracy",
                baseline=0.5,
                restore_best_weights=False,
                start_from_epoch=4,
                verbose=1,
            ),
        ),
    ],
)
def test_early_stopping_is_written_short_or_long(text: str, expected: EarlyStopping | None) -> None:
    """A patience, all eight arguments of Keras by name, or off."""
    assert compose([{"task": "digits", "early_stopping": text}]).early_stopping == expected


def test_later_layers_win_field_by_field() -> None:
    """A flag overrides one field of a file and leaves its neighbors alone."""
    recipe = compose([{"task": "digits", "train": {"epochs": 3, "seed": 9}}, nested("train.epochs", "7")])

    assert (recipe.train.epochs, recipe.train.seed) == (7, 9)
    assert differences(recipe, BASE) == {"train.epochs": 7, "train.seed": 9}
    assert flags(recipe, BASE) == ["--task", "digits", "--epochs", "7", "--seed", "9"]
    assert as_text((0.5, 0.25)) == "0.5,0.25"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("amount", ["auto", 0, 0.25, 5000])
def test_amounts_of_rows_are_written_without_a_warning(amount) -> None:
    """A whole number, a share and "auto" are all what the field may hold, and come back as they went."""
    recipe = compose([{"task": "digits", "data": {"validation": amount, "test": amount}}])

    assert recipe.model_dump()["data"]["validation"] == amount
    assert compose([from_toml(to_toml(recipe), "recipe.toml")]) == recipe
