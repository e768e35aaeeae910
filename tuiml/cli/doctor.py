"""`tuiml doctor`: what this machine has, and what is missing for training, pictures, terminals and detached runs."""

from __future__ import annotations

import json as jsonlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tuiml import __version__, settings
from tuiml.cli import console
from tuiml.cli.shared import Json

_PROBE = """
import json, os, sys
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras, tensorflow as tf
gpus = tf.config.list_physical_devices("GPU")
names = [str(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)) for gpu in gpus]
print(json.dumps({"tensorflow": tf.__version__, "keras": keras.__version__, "gpus": names}))
"""


def doctor(*, json: Json = False) -> int:
    """Say what this machine has; exit 1 when something needed for training is broken."""
    if not json:
        console.say("importing TensorFlow to see what it can use ...")
    findings = [*_software(), *_framework(), _caches(), *_terminal(), _runs(), _logout(), _clash()]
    if json:
        console.data_json([{"what": what, "ok": ok, "found": found} for what, ok, found in findings])
    else:
        for what, ok, found in findings:
            console.data(f"{'ok  ' if ok else 'LOOK'}  {what:<14} {found}")
    return 0 if all(ok for what, ok, _ in findings if what in ("tensorflow", "runs folder")) else 1


Finding = tuple[str, bool, str]


def _software() -> list[Finding]:
    import platform

    import psutil

    memory = psutil.virtual_memory().total / 2**30
    names = ("textual", "plotext", "pillow", "opencv-python-headless", "numpy")
    return [
        ("tuiml", True, f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"),
        ("machine", True, f"{os.cpu_count()} cores, {memory:.0f} GiB memory"),
        ("packages", True, ", ".join(f"{name} {_version(name)}" for name in names)),
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _framework() -> list[Finding]:
    probe = subprocess.run(
        [sys.executable, "-P", "-c", _PROBE],
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
    )
    try:
        found = jsonlib.loads(probe.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        last = (probe.stderr.strip().splitlines() or ["no message"])[-1]
        return [("tensorflow", False, f"cannot be imported: {last}")]
    from tuiml.train import devices

    if found["gpus"]:
        gpu: Finding = ("gpu", True, ", ".join(found["gpus"]))
    elif devices.gpu_present():
        gpu = ("gpu", False, "a GPU is here, but TensorFlow cannot use it: pip install 'tuiml[gpu]'")
    else:
        gpu = ("gpu", True, "none; training uses the processor")
    return [("tensorflow", True, f"{found['tensorflow']}, Keras {found['keras']}"), gpu]


def _caches() -> Finding:
    from tuiml.tasks.sets import download

    folder = download.cache_folder()
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return (
        "data cache",
        True,
        f"{folder}: {', '.join(found) if found else 'empty; data sets are fetched when first used'}",
    )


def _terminal() -> list[Finding]:
    size = shutil.get_terminal_size()
    inside = [
        name for name, key in (("tmux", "TMUX"), ("screen", "STY"), ("ssh", "SSH_CONNECTION")) if os.environ.get(key)
    ]
    colors = os.environ.get("COLORTERM") or "no COLORTERM"
    encoding = sys.stdout.encoding or "unknown"
    words = f"{os.environ.get('TERM', 'no TERM')}, {colors}, {size.columns}x{size.lines}, {encoding}" + (
        f", inside {' and '.join(inside)}" if inside else ""
    )
    return [
        (
            "terminal",
            "utf" in encoding.lower(),
            words + ("" if "utf" in encoding.lower() else "; curves need UTF-8: export LANG=C.UTF-8"),
        )
    ]


def _runs() -> Finding:
    where = settings.load().runs_dir
    try:
        where.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(where).free / 2**30
    except OSError as error:
        return ("runs folder", False, f"{where}: {error.strerror}")
    usable = os.access(where, os.W_OK)
    return (
        "runs folder",
        usable and free > 0.5,
        f"{where}: {free:.1f} GiB free" + ("" if usable else ", not writable"),
    )


def _logout() -> Finding:
    """systemd may end all processes of a user at logout, detached runs among them."""
    kill = _logind_kills()
    if not kill:
        return ("after logout", True, "detached runs go on")
    user = os.environ.get("USER", str(os.getuid()))
    lingers = Path(f"/var/lib/systemd/linger/{user}").exists()
    return (
        "after logout",
        lingers,
        "detached runs go on (lingering is enabled)"
        if lingers
        else "this host ends detached processes at logout: loginctl enable-linger",
    )


def _logind_kills() -> bool:
    busctl = shutil.which("busctl")
    if busctl is None:
        return False
    login = ["org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "KillUserProcesses"]
    answer = subprocess.run([busctl, "get-property", *login], capture_output=True, text=True, check=False)
    return "true" in answer.stdout


def _clash() -> Finding:
    """`augment` is a generic name: another package may sit in front of ours."""
    import augment

    ours = hasattr(augment, "parse")
    return (
        "augment",
        ours,
        str(Path(augment.__file__ or "").parent) + ("" if ours else ": another package of that name hides ours"),
    )
