"""Exported metrics, read by TensorBoard's own EventAccumulator and by Python's csv and json, against `stet runs --json`.

Prints one JSON line per row: {"row", "ok", "detail"}.

    python test/interop/check_metrics.py

Needs tensorboard. A small model is trained from scratch: one export is made after the run, one follows it while it trains.
TensorBoard's scalars are float32, so they have to be the float32 of what Stet stores; tables have to be equal.
"""

import csv
import json
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = Path(__file__).resolve().parents[2]
RUN = "checked"


def report(row, ok, detail):
    print(json.dumps({"row": row, "ok": bool(ok), "detail": detail}), flush=True)


def command(*arguments):
    return ["node", str(ROOT / "native/bootstrap.mjs"), str(ROOT / "electron/host/entry/cli/main.ts"), *map(str, arguments)]


def stet(*arguments):
    done = subprocess.run(command(*arguments), capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def stored(project):
    """{metric: [(step, value)]}"""
    return {key: [tuple(point) for point in points] for key, points in json.loads(stet("runs", project, RUN, "--json"))["metrics"].items()}


def float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def scalars(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    accumulator.Reload()
    events = {tag: accumulator.Scalars(tag) for tag in accumulator.Tags()["scalars"]}
    points = {tag: [(event.step, event.value) for event in each] for tag, each in events.items()}
    times = [event.wall_time for each in events.values() for event in each]
    return points, times


def start_and_follow(project, folder):
    """Trains, with an export that follows the run from its first steps."""
    train = subprocess.Popen(
        command("train", "sft", project, "world", "--name", RUN, "--epochs", "20", "--batch-size", "4"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    while train.poll() is None:
        if any(run["name"] == RUN and run["state"] == "running" for run in json.loads(stet("runs", project, "--json"))["runs"]):
            break
        time.sleep(0.2)
    stet("export-metrics", project, RUN, "--out", folder / "followed", "--follow")
    if train.wait() != 0:
        raise RuntimeError("the run failed")


def check(project, folder):
    expected = stored(project)
    count = sum(len(points) for points in expected.values())
    rounded = {key: [(step, float32(value)) for step, value in points] for key, points in expected.items()}
    stet("export-metrics", project, RUN, "--out", folder / "after")
    for name, row in [("after", "TensorBoard, after the run"), ("followed", "TensorBoard, while the run trains")]:
        points, times = scalars(folder / name)
        ok = points == rounded and max(times) <= time.time() and min(times) > time.time() - 3600
        report(row, ok, f"{sum(map(len, points.values()))} of {count} scalars of {len(expected)} metrics")
    stet("export-metrics", project, RUN, "--format", "csv", "--out", folder / "run.csv")
    with open(folder / "run.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    table = {key: [(int(row["step"]), float(row[key])) for row in rows if row[key] != ""] for key in expected}
    report("CSV", table == expected, f"{len(rows)} rows, every number equal")
    stet("export-metrics", project, RUN, "--format", "jsonl", "--out", folder / "run.jsonl")
    objects = [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]
    listed = {key: [(each["step"], each[key]) for each in objects if key in each] for key in expected}
    report("JSONL", listed == expected, f"{len(objects)} objects, every number equal")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "check.stet"
        rows = [{"instruction": f"Say {i}.", "output": f"{i} it is."} for i in range(12)]
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        stet("init", project)
        stet("import", project, folder / "rows.jsonl")
        start_and_follow(project, folder)
        check(project, folder)


if __name__ == "__main__":
    main()
