"""The lines that build, train and test the network."""

from __future__ import annotations

from tuiml.errors import UsageError
from tuiml.export.keras_script import network
from tuiml.export.keras_script.facts import Facts
from tuiml.export.keras_script.section import Section
from tuiml.fields import EarlyStopping, Recipe
from tuiml.tasks import goals


def building(facts: Facts) -> Section:
    """Return the function `build()`: a new compiled network. Raises UsageError for one that cannot be written."""
    if facts.recipe.model.file:
        raise UsageError(
            "the network of a model file is made by that file's code and cannot be written as a script. "
            "--format keras exports it as it is."
        )
    precision, head = facts.recipe.train.precision, facts.head
    lines = [] if precision == "float32" else [f'keras.config.set_dtype_policy("{precision}")', ""]
    lines += [
        "",
        "def build():",
        '    """Return the network, compiled."""',
        "    model = keras.Sequential(",
        "        [",
    ]
    lines += [f"            {line}" for line in network.layers(facts.model)]
    lines += ["        ]", "    )", "    model.compile("]
    lines += [f"        optimizer={network.optimizer(facts.model)},"]
    lines += [f'        loss="{head.loss}",', f"        metrics={list(head.metrics)!r},".replace("'", '"'), "    )"]
    return Section("network", (*lines, "    return model"))


def fitting(facts: Facts) -> Section:
    """Return the functions `batches` and `fit`. Raises UsageError for what a plain program does not repeat."""
    recipe = facts.recipe
    if recipe.train.init_from:
        raise UsageError(
            f"a script does not repeat weights that began as those of {recipe.train.init_from} (train.init_from)."
        )
    size = "len(train)" if recipe.train.full_batch else recipe.train.batch_size
    lines = [f"EPOCHS, BATCH_SIZE = {facts.epochs}, {size}"]
    return Section(
        "training", (*lines, *_total(recipe), *_goal(recipe), *_schedule(recipe), *_batches(facts), *_fit(facts))
    )


def _total(recipe: Recipe) -> list[str]:
    """Return what is to be known of Keras' losses where weights are penalized."""
    if not any((*recipe.regularize.l1, *recipe.regularize.l2)):
        return []
    return [
        "# Keras' loss and val_loss, also where callbacks watch them, are totals: the data's loss and the L1 and L2 penalties.",
        "# The run tells the two apart: its loss + penalty is what Keras prints here, and its callbacks watched the data's.",
    ]


def _goal(recipe: Recipe) -> list[str]:
    """Return the callback `Goal` where the run was to stop at a value of a metric."""
    if not recipe.train.stop_when.strip():
        return []
    goal = goals.parse(recipe.train.stop_when)
    return [
        "",
        "",
        "class Goal(keras.callbacks.Callback):",
        f'    """Stop as soon as {goal}."""',
        "",
        "    def on_epoch_end(self, epoch, logs=None):",
        f'        if logs["{goal.metric}"] {goal.sign} {goal.bound:g}:',
        "            self.model.stop_training = True",
    ]


def _batches(facts: Facts) -> list[str]:
    augmented = bool(facts.pipeline)
    lines = [
        "",
        "",
        f"def batches(x, rows, seed{', weights' if facts.recipe.data.class_weights == 'balanced' else ''}):",
        '    """Yield batches for ever, each epoch in an order of its own: Keras\' shuffle would repeat one order."""',
        "    epoch = 0",
        "    while True:",
        "        epoch += 1",
        "        order = np.random.default_rng([seed, 1, epoch]).permutation(rows)",
    ]
    if augmented:
        lines.append("        rng = np.random.default_rng([seed, epoch])")
    part = "augment(x[part], rng)" if augmented else "x[part]"
    weighed = ", weights[labels[part]]" if facts.recipe.data.class_weights == "balanced" else ""
    if augmented and facts.recipe.augment.mode == "offline":
        if weighed:
            raise UsageError(
                "a script does not repeat class weights of fixed copies (data.class_weights with augment.mode)."
            )
        return _offline(facts)
    return [
        *lines,
        "        for start in range(0, len(order), BATCH_SIZE):",
        "            part = order[start : start + BATCH_SIZE]",
        f"            yield {part}, y[part]{weighed}",
    ]


def _offline(facts: Facts) -> list[str]:
    copies = facts.recipe.augment.copies
    return [
        "",
        "",
        f"COPIES = {copies}  # fixed ones of each training picture, made once",
        "rng = np.random.default_rng(SEED)",
        'copied = np.concatenate([x[train].astype("float32")] + [augment(x[train], rng) for _ in range(COPIES)])',
        "labels = np.concatenate([y[train]] * (1 + COPIES))",
        "",
        "",
        "def batches(x, rows, seed):",
        '    """Yield batches of the originals and their copies for ever, each epoch in an order of its own."""',
        "    epoch = 0",
        "    while True:",
        "        epoch += 1",
        "        order = np.random.default_rng([seed, 1, epoch]).permutation(len(copied))",
        "        for start in range(0, len(order), BATCH_SIZE):",
        "            part = order[start : start + BATCH_SIZE]",
        "            yield copied[part], labels[part]",
    ]


def _fit(facts: Facts) -> list[str]:
    offline = bool(facts.pipeline) and facts.recipe.augment.mode == "offline"
    count = "len(copied)" if offline else "len(rows)"
    table = facts.preparation.table is not None or facts.preparation.steps is not None
    weighed = ", weights" if facts.recipe.data.class_weights == "balanced" else ""
    lines = [
        "",
        "",
        "def fit(rows, validation, epochs, seed):",
        '    """Train a new network on these rows; return it, what became of x, and its history."""',
        "    keras.utils.set_random_seed(seed)",
        "    model = build()",
        f"    ready = {'prepared(rows)' if table else 'x'}",
        *_class_weights(facts),
        "    history = model.fit(",
        f"        batches(ready, rows, seed{weighed}),",
        f"        steps_per_epoch=-(-{count} // BATCH_SIZE),",
        "        epochs=epochs,",
        "        validation_data=(ready[validation], y[validation]) if len(validation) else None,",
        "        validation_batch_size=256,",
    ]
    callbacks = _callbacks(facts.recipe)
    if callbacks:
        lines += ["        callbacks=[", *(f"            {line}," for line in callbacks), "        ],"]
    return [*lines, "        shuffle=False,", "        verbose=2,", "    )", "    return model, ready, history.history"]


def _class_weights(facts: Facts) -> list[str]:
    if facts.recipe.data.class_weights != "balanced":
        return []
    count = len(facts.data.classes)
    return [
        f"    counts = np.bincount(labels[rows], minlength={count})",
        f"    weights = len(rows) / ({count} * np.maximum(counts, 1))  # rows of rare classes count more",
    ]


def _schedule(recipe: Recipe) -> list[str]:
    """Return the function `rate(epoch)` where the learning rate follows a schedule that knows no results."""
    fields = recipe.optimizer
    if fields.schedule == "plateau" and fields.warmup:
        raise UsageError("a script does not repeat a warm-up before a plateau schedule.")
    falls = {
        "step": f"{fields.decay:g} ** (after // {fields.decay_epochs})",
        "exponential": f"{fields.decay:g} ** (after / {fields.decay_epochs})",
        "cosine": f"0.5 * (1 + np.cos(np.pi * after / max(1, EPOCHS - {fields.warmup})))",
    }.get(fields.schedule)
    if falls is None and not fields.warmup:
        return []
    lines = [
        "",
        "",
        "def rate(epoch, learning_rate=None):",
        '    """Return the learning rate of an epoch, counted from 0."""',
    ]
    lines.append(f"    after = epoch - {fields.warmup}")
    if fields.warmup:
        lines += ["    if after < 0:", f"        return {fields.learning_rate:g} * (epoch + 1) / {fields.warmup + 1}"]
    return [*lines, f"    return {fields.learning_rate:g} * {falls or '1'}"]


def _callbacks(recipe: Recipe) -> list[str]:
    fields, found = recipe.optimizer, []
    if fields.schedule == "plateau":
        monitor = "loss" if recipe.data.validation == 0 else "val_loss"
        found.append(
            f'keras.callbacks.ReduceLROnPlateau(monitor="{monitor}", factor={fields.decay:g}, '
            f"patience={fields.decay_epochs}, min_delta=0)"
        )
    elif fields.schedule != "constant" or fields.warmup:
        found.append("keras.callbacks.LearningRateScheduler(rate)")
    if recipe.early_stopping is not None:
        plain = EarlyStopping().model_dump() | {"patience": 0, "restore_best_weights": False}  # Keras' own defaults
        told = recipe.early_stopping.model_dump(exclude={"verbose"})
        shown = {name: value for name, value in told.items() if name == "monitor" or value != plain[name]}
        words = ", ".join(f"{name}={value!r}".replace("'", '"') for name, value in shown.items())
        found.append(f"keras.callbacks.EarlyStopping({words})")
    if recipe.train.stop_when.strip():
        found.append("Goal()")
    return found
