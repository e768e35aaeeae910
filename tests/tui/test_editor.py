"""The model of the augmentation editor: steps and their dials, over the whole catalog; the grammar is read and written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import augment
from augment.generator.keywords import KEYWORDS, ops_from_keywords
from augment.generator.steps import MEANINGS, applied
from augment.parameter import Amount
from augment.registry import catalog
from tuiml.tasks.recipes import build_recipe
from tuiml.tui.darkroom import bench, dials, editor, offers
from tuiml.tui.darkroom.bench import Bench
from tuiml.tui.darkroom.bench_words import about, lines
from tuiml.tui.darkroom.editor import Draft
from tuiml.tui.dialogs.choose import found

EVERY = sorted(catalog())
TURNS = st.lists(st.tuples(st.integers(0, 11), st.sampled_from([-3, -1, 1, 4]), st.booleans()), max_size=12)


def bench_of(ops: str) -> Bench:
    """The bench of a recipe."""
    return bench.begin(build_recipe("digits", sets=[f"augment.ops={ops}"]))


def within(op: augment.Op) -> bool:
    """Whether every number of an op is in its declared range."""
    for name, parameter in op.declared.items():
        if isinstance(parameter, Amount):
            value = op.values[name]
            low, high = (parameter.low_px, parameter.high_px) if value.pixels else (parameter.low, parameter.high)
            if not low <= value.low <= value.high <= high:
                return False
    return 0 <= op.p <= 1


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=12, deadline=None)
@given(turns=TURNS, spread=st.integers(0, 5))
def test_every_dial_stays_in_its_range_and_every_step_reads_back(
    name: str, turns: list[tuple[int, int, bool]], spread: int
) -> None:
    """Whatever keys are pressed on whatever operation: its numbers are allowed, and its text is its grammar."""
    draft = Draft().added(catalog()[name]())
    amounts = [dial.name for dial in draft.steps[0].dials if dials.can_range(draft.steps[0].op, dial.name)]
    if amounts and spread:
        draft = draft.spread(0, amounts[spread % len(amounts)])
    labels = [dial.label for dial in draft.steps[0].dials if dial.name not in ("y", "height")]
    for place, steps, large in turns:
        chosen = draft.steps[0].dials
        dial = chosen[place % len(chosen)] if chosen else None
        if dial is not None:
            draft = draft.tuned(0, dials.turned(draft.steps[0].op, dial, steps, large=large))
        assert within(draft.steps[0].op)
        assert augment.parse(draft.text).ops == (draft.steps[0].op,)
    after = [dial.label for dial in draft.steps[0].dials if dial.name not in ("y", "height")]
    assert after == labels  # those two follow x and width, and so become ranges with them


@pytest.mark.parametrize("name", EVERY)
def test_every_number_can_be_turned_both_ways(name: str) -> None:
    """A dial that does nothing up does something down; choices of groups are typed only."""
    op = catalog()[name]()
    for dial in dials.dials(op):
        up, down = (dials.turned(op, dial, steps) for steps in (1, -1))
        assert up != op or down != op or dial.name in ("ops", "p"), dial
        assert dial.name != "p" or down != op or op.output_shape((8, 8, 3)) != (8, 8, 3) or name == "resize", dial


@pytest.mark.parametrize("name", EVERY)
def test_extremes_are_the_ends_of_what_is_drawn(name: str) -> None:
    """Both are fixed, touch every picture, and lie within the range; text says which."""
    op = catalog()[name]()
    for dial in dials.dials(op):
        if (ends := dials.extremes(op, dial)) is None:
            continue
        for end, words in ends:
            assert dial.name in words
            assert within(end)
            assert dial.name == dials.P or op.always or end.p == 1
        assert ends[0][1] != ends[1][1]


def test_small_steps_are_small_and_large_ones_large() -> None:
    """A tenth and half of the usual value, in round figures; whole numbers by whole ones."""
    op = catalog()["rotate"]()
    angle = dials.dials(op)[0]
    assert str(dials.turned(op, angle, 1)) == "rotate:16"
    assert str(dials.turned(op, angle, -1, large=True)) == "rotate:10"
    median = catalog()["median"]()
    assert str(dials.turned(median, dials.dials(median)[0], 1)) == "median:5"


def test_a_parameter_that_follows_another_goes_on_following() -> None:
    """Turning x of a shift turns y along, until y is turned itself."""
    op = augment.parse("shift:0.1").ops[0]
    x, y = dials.dials(op)[:2]
    along = dials.turned(op, x, 1)
    alone = dials.turned(along, y, 1)

    assert str(along) == "shift:0.11"
    assert str(alone) == "shift:0.11:0.12"
    assert str(dials.turned(alone, x, 1)) == "shift:0.12"


def test_a_range_has_two_ends_and_becomes_one_number_again() -> None:
    """The ends never pass each other, and stay two dials when they meet."""
    draft = editor.read("rotate:15").spread(0, "angle")
    low = draft.steps[0].dials[0]
    assert (low.label, low.value) == ("angle from", "-15")
    for _ in range(40):
        draft = draft.tuned(0, dials.turned(draft.steps[0].op, draft.steps[0].dials[0], 1))
    assert draft.text == "rotate:15..15"
    assert [dial.label for dial in draft.steps[0].dials[:2]] == ["angle from", "angle to"]
    assert editor.read("rotate:-10..20").spread(0, "angle").text == "rotate:20"


def test_muted_steps_are_kept_and_absent_from_the_recipe() -> None:
    """Also when the grammar is typed anew: they stand behind as many of the others as before."""
    draft = editor.read("flip,rotate:15,noise:0.05").muted(1)

    assert draft.text == "flip,noise:0.05"
    assert [str(step.op) for step in draft.rewritten("vflip,blur:1,gamma:0.3").steps] == [
        *("vflip", "rotate:15", "blur:1", "gamma:0.3")
    ]
    assert draft.rewritten("").steps[0].muted
    assert draft.muted(1).text == "flip,rotate:15,noise:0.05"
    with pytest.raises(augment.GrammarError, match="did you mean 'rotate'"):
        draft.rewritten("rotat:3")


def test_steps_are_ordered_and_problems_of_their_order_told() -> None:
    """New steps come before what normalizes; moved behind it, the draft says what is wrong."""
    draft = editor.read("featurewise").added(catalog()["brightness"]())

    assert draft.text == "brightness:0.3,featurewise"
    assert draft.problems == ()
    assert "put it before" in draft.moved(0, 1).problems[0]
    assert draft.moved(0, -1) == draft


def test_one_step_alone_draws_what_it_draws_among_the_others() -> None:
    """Also the second of its kind: its draws are numbered."""
    draft = editor.read("rotate:15,flip,rotate:30")
    shape, index = (8, 8, 1), range(6)
    among = augment.parse(draft.text).draw(index, shape, seed=3, epoch=2)
    alone = draft.alone(2).draw(index, shape, seed=3, epoch=2)

    for name in among.steps[2]:
        assert (among.steps[2][name] == alone.steps[-1][name]).all()
    assert not alone.steps[0]["applied"].any()


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_argument_of_imagedatagenerator_means_the_step_that_it_says(keyword: str) -> None:
    """From nothing, from a pipeline that has such a step, and back by the example of the table."""
    meaning = MEANINGS[keyword]
    base = editor.read("rotate:5:fill=wrap,shift:0.3:0.1,flip@0.9")
    ops = base.with_keyword(keyword, meaning.example)

    assert {name.op for name in MEANINGS.values()} - {""} <= set(catalog())
    if meaning.op:
        (step,) = [step.op for step in ops.steps if step.op.name == meaning.op]
        fresh = next(
            op
            for op in ops_from_keywords({**dict(meaning.companions), keyword: meaning.example})
            if op.name == meaning.op
        )
        assert all(step.values[name] == fresh.values[name] for name in meaning.sets)
    assert augment.parse(ops.text).ops == tuple(step.op for step in ops.steps)


def test_arguments_change_what_is_there_and_leave_the_rest() -> None:
    """Place, probability and other parameters of a step stay; false and 0 take it out; a wrong value is told."""
    ops = augment.parse("flip@0.9,rotate:5:fill=wrap@0.5,noise:0.1").ops

    def after(keyword: str, value: str) -> str:
        return ",".join(map(str, applied(ops, keyword, value)))

    assert after("rotation_range", "40") == "flip@0.9,rotate:40:fill=wrap@0.5,noise:0.1"
    assert after("horizontal_flip", "false") == "rotate:5:fill=wrap@0.5,noise:0.1"
    assert after("fill_mode", "reflect") == "flip@0.9,rotate:5:fill=reflect@0.5,noise:0.1"
    assert after("rescale", "1/255") == "flip@0.9,rotate:5:fill=wrap@0.5,noise:0.1,rescale:255"
    assert editor.read("shift:0.2:0.1").with_keyword("width_shift_range", "0").text == "shift:0:0.1"
    with pytest.raises(augment.AugmentError, match="fill_mode"):
        after("fill_mode", "reflec")


def test_the_bench_walks_unfolds_turns_and_undoes() -> None:
    """One step is unfolded; a whole turning of one dial is one undo; removal is another."""
    first = bench_of("rotate:15,shift:0.1")
    kinds = [(line.kind, line.step, line.dial.label if line.dial else "") for line in first.lines]
    assert kinds[:2] == [("", 0, ""), ("", 0, "angle")]
    assert ("add", -1, "") in kinds
    second = first.chosen(kinds.index(("", 1, "")))
    assert (second.step, second.line.step, second.line.dial) == (1, 1, None)
    turned = first.chosen(1).turned(1).turned(1).turned(1, large=True)
    assert turned.draft.text == "rotate:22,shift:0.1"
    assert turned.undone().draft.text == "rotate:15,shift:0.1"
    removed = turned.on_step(Draft.removed)
    assert removed.edited.augment.ops == "shift:0.1"
    assert removed.undone().draft == turned.draft
    assert first.undone() == first
    assert first.chosen(999).turned(1).edited.augment.mode == "offline"


def test_moving_takes_the_cursor_along() -> None:
    """The step that is moved stays chosen, and unfolded."""
    moved = bench_of("rotate:15,shift:0.1,flip").moved(1)

    assert moved.draft.text == "shift:0.1,rotate:15,flip"
    assert moved.line.step == 1
    assert moved.moved(1).line.step == 2
    assert moved.moved(1).moved(1).draft.text == "shift:0.1,flip,rotate:15"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["up", "down", "turn", "add", "mute", "remove", "undo", "move", "spread"]), max_size=25)
)
def test_keys_in_any_order_leave_a_bench_that_can_be_shown(keys: list[str]) -> None:
    """Each line has words, the chosen one exists, and the recipe holds the grammar of the draft."""
    now = bench_of("rotate:15,flip")
    for key in keys:
        if key in ("up", "down"):
            now = now.chosen(now.at + (1 if key == "down" else -1))
        elif key == "turn":
            now = now.turned(1)
        elif key == "add":
            now = now.added(catalog()["blur"]())
        elif key in ("mute", "remove"):
            now = now.on_step(Draft.muted if key == "mute" else Draft.removed)
        elif key == "undo":
            now = now.undone()
        elif key == "move":
            now = now.moved(1)
        elif now.dial and now.line.step >= 0 and dials.can_range(now.draft.steps[now.line.step].op, now.dial.name):
            now = now.with_draft(now.draft.spread(now.line.step, now.dial.name))
        assert len(lines(now)) == len(now.lines)
        assert now.line in now.lines
        assert about(now).plain
        assert now.edited.augment.ops == now.draft.text


def test_a_draft_is_taken_up_where_it_still_means_the_recipe() -> None:
    """Its muted steps come back; where the form has been changed since, the form counts."""
    recipe = build_recipe("digits", sets=["augment.ops=flip"])
    draft = editor.read("rotate:15,flip").muted(0)

    assert bench.begin(recipe, draft).draft == draft
    assert bench.begin(recipe, editor.read("vflip")).draft.text == "flip"


def test_a_unit_stands_behind_its_own_numbers() -> None:
    """Pixels are pixels."""
    size = next(dial for dial in bench_of("cutout").draft.steps[0].dials if dial.name == "size")

    assert size.range == "0..1 fraction of the shorter side, or 0px..32765px"
    assert all("px fraction" not in offer.detail for offer in offers.operations())


def test_everything_can_be_added_and_found_by_its_words() -> None:
    """All operations with their parameters, ranges and defaults; all arguments, those that are no step with the reason."""
    operations, arguments = offers.operations(), offers.keywords()

    assert [offer.name for offer in operations] == list(catalog())
    assert "angle=15  -3600..3600 degrees" in next(offer.detail for offer in operations if offer.name == "rotate")
    assert found(operations, "rot")[0].name == "rotate90"
    assert "jpeg" in [offer.name for offer in found(operations, "artefacts")]
    assert found(operations, "no such thing") == []
    assert [offer.name for offer in arguments if not offer.closed] == list(MEANINGS)
    assert "preprocessing_function" in [offer.name for offer in arguments if offer.closed]
