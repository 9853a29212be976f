"""Exports of data: each is read by `datasets`, equals its twin in the other file type, and trains for one step.

A project is made with Stet's command line from a few rows below, and exported in every format, as JSONL and as
Parquet. Prints one JSON line per row: {"row", "ok", "detail"}. The model is the tiny test/golden/llama-tied.

    python test/interop/check_data_exports.py
"""

import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.update(TRL_EXPERIMENTAL_SILENCE="1", HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")

import torch
from datasets import load_dataset
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
)
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer
from trl.experimental.prm import PRMConfig, PRMTrainer

torch.set_num_threads(1)
ROOT = Path(__file__).resolve().parents[2]
MODEL = str(ROOT / "test/golden/llama-tied")

TREES = ["oak", "elm", "fir", "ash"]
ROWS = {
    "edits": [
        dict(prompt=f"name {t}", context="trees", rejected=f"a big {t} an", edited=f"a {t} an or") for t in TREES
    ],
    "pairs": [dict(prompt=f"is {t}", chosen=f"an {t}", rejected=f"no {t}", system="be") for t in TREES],
    "dialogues": [
        dict(messages=[dict(role=r, content=c) for r, c in zip(["user", "assistant"] * 2, ["a", "b", t, f"it is {t}"])])
        for t in TREES
    ],
    "judged": [dict(prompt=f"go {t}", completion=f"to {t}", label=n % 2 == 0) for n, t in enumerate(TREES)],
    "steps": [dict(prompt=f"see {t}", completions=[f"an {t}", "is it", "no"], labels=[True, False, True]) for t in TREES],
}
FORMATS = ["trl", "sft", "prompt-completion", "kto", "stepwise", "words", "token-ids"]

SHORT = dict(
    max_steps=1,
    per_device_train_batch_size=2,
    report_to=[],
    save_strategy="no",
    disable_tqdm=True,
    use_cpu=True,
    logging_steps=1,
)


def stet(*args):
    command = ["node", "native/bootstrap.mjs", "electron/host/entry/cli/main.ts", *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"stet {args[0]}: {done.stderr.strip() or done.stdout.strip()}")


def make_exports(folder):
    project = folder / "trees.stet"
    stet("init", project)
    for name, rows in ROWS.items():
        file = folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        stet("import", project, file)
    for name in FORMATS:
        for kind in ("jsonl", "parquet"):
            tokenizer = ["--tokenizer", MODEL] if name == "token-ids" else []
            stet("export", project, "--format", name, "--out", folder / f"{name}.{kind}", *tokenizer)


def load(folder, name, kind):
    loader = "json" if kind == "jsonl" else "parquet"
    return load_dataset(loader, data_files=str(folder / f"{name}.{kind}"), split="train", cache_dir=str(folder / "cache"))


def tokenizer():
    return AutoTokenizer.from_pretrained(MODEL)


def causal():
    return AutoModelForCausalLM.from_pretrained(MODEL)


def settings(config, folder, **more):
    return config(output_dir=str(folder / "out"), **SHORT, **more)


def train_sft(data, folder):
    args = settings(SFTConfig, folder, max_length=128)
    return SFTTrainer(causal(), args, train_dataset=data, processing_class=tokenizer())


def train_dpo(data, folder):
    args = settings(DPOConfig, folder, max_length=128)
    return DPOTrainer(causal(), causal(), args, train_dataset=data, processing_class=tokenizer())


def train_reward(data, folder):
    model = AutoModelForSequenceClassification.from_pretrained(MODEL, num_labels=1)
    args = settings(RewardConfig, folder, max_length=128)
    return RewardTrainer(model, args, train_dataset=data, processing_class=tokenizer())


def train_kto(data, folder):
    args = settings(KTOConfig, folder, max_length=128)
    return KTOTrainer(causal(), causal(), args, train_dataset=data, processing_class=tokenizer())


def classifier(labels):
    return AutoModelForTokenClassification.from_pretrained(MODEL, num_labels=labels)


def train_prm(data, folder):
    args = settings(PRMConfig, folder, max_length=128)
    return PRMTrainer(classifier(2), args, train_dataset=data, processing_class=tokenizer())


def train_token_ids(data, folder):
    return token_trainer(data.select_columns(["input_ids", "labels"]), folder)


def train_words(data, folder):
    """Each word's label goes to its first token, as in transformers' guide to token classification."""
    tokens = tokenizer()

    def encode(row):
        ids, labels = [], []
        for number, (word, label) in enumerate(zip(row["words"], row["labels"])):
            part = tokens.encode(word if number == 0 else f" {word}", add_special_tokens=False)
            ids += part
            labels += [label] + [-100] * (len(part) - 1)
        return {"input_ids": ids, "labels": labels}

    return token_trainer(data.map(encode, remove_columns=data.column_names), folder)


def token_trainer(data, folder):
    args = settings(TrainingArguments, folder)
    collator = DataCollatorForTokenClassification(tokenizer())
    return Trainer(classifier(3), args, train_dataset=data, data_collator=collator)


TRAINERS = [
    ("trl", "DPOTrainer", train_dpo),
    ("trl", "RewardTrainer", train_reward),
    ("sft", "SFTTrainer", train_sft),
    ("prompt-completion", "SFTTrainer", train_sft),
    ("kto", "KTOTrainer", train_kto),
    ("stepwise", "PRMTrainer", train_prm),
    ("words", "Trainer, token classification", train_words),
    ("token-ids", "Trainer, token classification", train_token_ids),
]


def report(row, check):
    try:
        ok, detail = check()
    except Exception as error:  # a check that cannot run is a row that fails
        ok, detail = False, f"{type(error).__name__}: {error}"
    print(json.dumps({"row": row, "ok": ok, "detail": " ".join(detail.split())[:300]}), flush=True)


def same_rows(folder, name):
    lines, parquet = load(folder, name, "jsonl"), load(folder, name, "parquet")
    equal = lines.to_list() == parquet.to_list()
    return equal and len(lines) > 0, f"{len(lines)} rows with {', '.join(parquet.column_names)}"


def one_step(folder, name, kind, train):
    torch.manual_seed(0)  # of the classifiers' new heads
    with contextlib.redirect_stdout(sys.stderr):
        loss = train(load(folder, name, kind), folder).train().training_loss
    return math.isfinite(loss), f"one step, loss {loss:.4f}"


def imports_again(folder, name, kind):
    again = folder / f"again-{name}-{kind}.stet"
    stet("init", again)
    stet("import", again, folder / f"{name}.{kind}", "--strict")
    stet("export", again, "--format", name, "--out", folder / "again.jsonl")
    strip = lambda text: sorted(json.dumps({**json.loads(line), "id": ""}) for line in text.splitlines())
    before = strip((folder / f"{name}.jsonl").read_text())
    return before == strip((folder / "again.jsonl").read_text()), f"{len(before)} rows, equal when exported again"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_exports(folder)
        for each in FORMATS:
            report(f"{each}: JSONL and Parquet have equal rows", lambda: same_rows(folder, each))
        for each, trainer, train in TRAINERS:
            for kind in ("jsonl", "parquet"):
                report(f"{each} as {kind}: {trainer}", lambda: one_step(folder, each, kind, train))
        for each in ("sft", "prompt-completion", "kto"):
            report(f"{each}: imported again", lambda: imports_again(folder, each, "jsonl"))


if __name__ == "__main__":
    sys.exit(main())
