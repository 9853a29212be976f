"""Checks exported models with transformers, PEFT and TRL, and prints a JSON line {row, ok, detail} for each check.

    PYTHON test/interop/check_exports.py

Trains small models with the command line, exports them in every form, and compares what Python's packages compute with
what Stet does. Needs torch, transformers, safetensors, peft, trl and datasets.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

ROOT = Path(__file__).resolve().parents[2]
NODE = ["node", str(ROOT / "native/bootstrap.mjs")]
TOLERANCE = 1e-5


def report(row, ok, detail=""):
    print(json.dumps({"row": row, "ok": bool(ok), "detail": str(detail)}), flush=True)


def check(row):
    """Runs the function, which returns the detail, as one row; an exception is a failure."""

    def run(function):
        try:
            report(row, True, function())
        except Exception as error:  # noqa: BLE001 (every failure is a row)
            traceback.print_exc()
            report(row, False, f"{type(error).__name__}: {error}")

    return run


def stet(*arguments):
    command = [*NODE, "electron/host/entry/cli/main.ts", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"stet {' '.join(map(str, arguments))}: {done.stderr[-2000:]}"
    return json.loads(done.stdout)


def values(requests):
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(requests, file)
    done = subprocess.run([*NODE, "test/interop/stet-values.ts", file.name], cwd=ROOT, capture_output=True, text=True)
    os.unlink(file.name)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def near(actual, expected, what):
    actual, expected = torch.as_tensor(actual).double(), torch.as_tensor(expected).double()
    assert actual.shape == expected.shape, f"{what}: {tuple(actual.shape)} is not {tuple(expected.shape)}"
    difference = (actual - expected).abs().max().item()
    limit = TOLERANCE * max(1.0, expected.abs().max().item())
    assert difference <= limit, f"{what} differ by {difference}"
    return f"{what} differ by at most {difference:.1e}"


def texts(rows):
    return [row["query"] + row["response"] for row in rows]


def padded(model, rows, pad):
    """Logits of one right-padded batch."""
    width = max(map(len, texts(rows)))
    ids = torch.tensor([text + [pad] * (width - len(text)) for text in texts(rows)])
    mask = torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts(rows)])
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=mask).logits


def loaded(cls, folder, **options):
    """The model, if every tensor of the file and of the class was used."""
    model, info = cls.from_pretrained(folder, output_loading_info=True, **options)
    for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[key], f"{key}: {list(info[key])[:4]}"
    return model.eval()


def make_project(folder):
    project = folder / "p.stet"
    rows = [
        {
            "prompt": f"Is number {i} even or odd?",
            "rejected": f"The number {i} is a bad odd thing.",
            "chosen": f"It is {'even' if i % 2 == 0 else 'odd'}.",
            "edited": f"The number {i} is {'even' if i % 2 == 0 else 'odd'}.",
        }
        for i in range(32)
    ]
    data = folder / "pairs.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    stet("init", project)
    stet("import", project, data)
    short = ["--max-steps", "3", "--batch-size", "4"]
    stet("train", "sft", project, "world", "--name", "base", *short, "--learning-rate", "0.002")
    stet("train", "reward", project, "base", "--name", "tokens", *short)
    stet("train", "reward", project, "base", "--name", "texts", "--scheme", "sequence", "--pairs", "original", *short)
    lora = ["--lora-rank", "2", "--learning-rate", "0.01", *short]
    stet("train", "sft", project, "base", "--name", "adapted", *lora)
    stet("train", "reward", project, "base", "--name", "tokens-adapted", *lora)
    return project


def model_path(project, name):
    runs = stet("runs", project)["runs"]
    run = next(run for run in runs if run["name"] == name)
    return str(project / "checkpoints" / run["id"] / "model")


def check_language_model(project, folder, rows):
    own = values([{"op": "logits", "model": model_path(project, "base"), "rows": rows}])[0]["logits"]

    @check("language model, F32: logits in transformers")
    def _():
        stet("export-model", project, "base", "--out", folder / "base")
        model = loaded(AutoModelForCausalLM, folder / "base")
        logits = [model(torch.tensor([row["query"]])).logits[0, -1].detach() for row in rows]
        return near(torch.stack(logits), own, "logits")

    for numbers, dtype in (("BF16", torch.bfloat16), ("F16", torch.float16)):

        @check(f"language model, {numbers}: every value is torch's rounding")
        def _():
            out = folder / f"base-{numbers}"
            stet("export-model", project, "base", "--numbers", numbers, "--out", out)
            exact = load_file(folder / "base/model.safetensors")
            rounded = load_file(out / "model.safetensors")
            assert exact.keys() == rounded.keys()
            for name, tensor in exact.items():
                assert rounded[name].dtype == dtype and torch.equal(rounded[name], tensor.to(dtype)), name
            assert loaded(AutoModelForCausalLM, out, dtype="auto").dtype == dtype
            return f"{len(exact)} tensors equal"

    @check("language model in shards")
    def _():
        out = folder / "shards"
        request = {"op": "save", "model": model_path(project, "base"), "out": str(out), "dtype": "F32"}
        values([{**request, "maxShardBytes": 100_000, "classification": None}])
        shards = sorted(out.glob("model-*.safetensors"))
        assert len(shards) > 2 and not (out / "model.safetensors").exists()
        model, whole = loaded(AutoModelForCausalLM, out), loaded(AutoModelForCausalLM, folder / "base")
        for (name, a), (_, b) in zip(model.named_parameters(), whole.named_parameters()):
            assert torch.equal(a, b), name
        return f"{len(shards)} shards"

    @check("generation_config, tokenizer and model card")
    def _():
        model = AutoModelForCausalLM.from_pretrained(folder / "base")
        tokenizer = AutoTokenizer.from_pretrained(folder / "base")
        assert model.generation_config.eos_token_id == tokenizer.eos_token_id
        chat = tokenizer.apply_chat_template(
            [{"role": "user", "content": "Is number 3 even or odd?"}],
            add_generation_prompt=True,
            return_dict=False,
        ) if tokenizer.chat_template else rows[0]["query"]
        assert chat[: len(rows[0]["query"])] == rows[0]["query"][: len(chat)], (chat, rows[0]["query"])
        card = (folder / "base/README.md").read_text()
        import yaml

        matter = yaml.safe_load(card.split("---")[1])
        assert matter["library_name"] == "transformers" and "## Recipe" in card and "## Licence" in card
        return f"front matter {sorted(matter)}"


def check_reward_model(project, folder, name, rows):
    kind = "sequence" if name == "texts" else "token"
    cls = AutoModelForSequenceClassification if kind == "sequence" else AutoModelForTokenClassification
    out = folder / name
    own, _ = values([{"op": "rewards", "model": model_path(project, name), "rows": rows}] * 2)

    def compare(model):
        pad = model.config.pad_token_id if kind == "sequence" else 0
        logits = padded(model, rows, pad)
        if kind == "sequence":
            return near(logits[:, 0], own["scores"], "scores")
        spans = [logits[i, len(row["query"]) : len(text), 0] for i, (row, text) in enumerate(zip(rows, texts(rows)))]
        return near(torch.cat(spans), [r for each in own["rewards"] for r in each], "token rewards")

    @check(f"reward model {name}: transformers gives the same scores")
    def _():
        stet("export-model", project, name, "--out", out)
        model = loaded(cls, out)
        config = json.loads((out / "config.json").read_text())
        assert config["num_labels"] == 1 and model.config.num_labels == 1, config
        assert config["architectures"][0].endswith("ForSequenceClassification" if kind == "sequence" else "ForTokenClassification")
        return compare(model)

    @check(f"reward model {name}: the form that vLLM's pooling expects")
    def _():
        # Documented: `*For*Classification` is served with --runner pooling; the head is `score.weight`, without bias.
        tensors = load_file(out / "model.safetensors")
        assert tensors["score.weight"].shape[0] == 1 and "score.bias" not in tensors and "lm_head.weight" not in tensors
        config = json.loads((out / "config.json").read_text())
        assert config["problem_type"] == "regression"
        return f"{config['architectures'][0]} (vLLM itself is not run)"

    @check(f"reward model {name}: Stet reads its own export")
    def _():
        again = values([{"op": "rewards", "model": str(out), "rows": rows}])[0]
        assert again["scheme"] == own["scheme"]
        return near(again["scores"], own["scores"], "scores")

    @check(f"reward model {name}: the run's own folder loads in transformers")
    def _():
        return compare(cls.from_pretrained(model_path(project, name)).eval())


def check_adapters(project, folder, rows):
    from peft import AutoPeftModelForCausalLM, AutoPeftModelForTokenClassification

    @check("adapter: AutoPeftModelForCausalLM finds the base and gives the merged model's logits")
    def _():
        stet("export-model", project, "adapted", "--format", "adapter", "--out", folder / "adapter")
        config = json.loads((folder / "adapter/adapter_config.json").read_text())
        assert config["base_model_name_or_path"] == model_path(project, "base"), config
        model = AutoPeftModelForCausalLM.from_pretrained(folder / "adapter").eval()
        own = values([{"op": "logits", "model": model_path(project, "adapted"), "rows": rows}])[0]["logits"]
        logits = [model(input_ids=torch.tensor([row["query"]])).logits[0, -1].detach() for row in rows]
        return near(torch.stack(logits), own, "logits")

    @check("reward adapter: AutoPeftModelForTokenClassification gives the merged model's rewards")
    def _():
        stet("export-model", project, "tokens-adapted", "--format", "adapter", "--out", folder / "reward-adapter")
        model = AutoPeftModelForTokenClassification.from_pretrained(folder / "reward-adapter", num_labels=1).eval()
        own = values([{"op": "rewards", "model": model_path(project, "tokens-adapted"), "rows": rows}])[0]["rewards"]
        rewards = []
        for row, text in zip(rows, texts(rows)):
            with torch.no_grad():
                rewards += model(input_ids=torch.tensor([text])).logits[0, len(row["query"]) :, 0].tolist()
        return near(rewards, [r for each in own for r in each], "token rewards")


def check_trl(folder):
    @check("TRL: one step of PPO with the exported policy and reward model")
    def _():
        os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
        from datasets import Dataset
        from trl.experimental.ppo import PPOConfig, PPOTrainer

        tokenizer = AutoTokenizer.from_pretrained(folder / "texts", padding_side="left")
        policy = AutoModelForCausalLM.from_pretrained(folder / "base")
        reference = AutoModelForCausalLM.from_pretrained(folder / "base")
        reward = AutoModelForSequenceClassification.from_pretrained(folder / "texts", num_labels=1)
        value = AutoModelForSequenceClassification.from_pretrained(folder / "texts", num_labels=1)
        data = Dataset.from_list([{"input_ids": tokenizer(f"Is number {i} even?")["input_ids"]} for i in range(8)])
        config = PPOConfig(
            output_dir=str(folder / "ppo"), per_device_train_batch_size=2, gradient_accumulation_steps=1,
            total_episodes=2, num_ppo_epochs=1, num_mini_batches=1, response_length=8, report_to=[], use_cpu=True,
            bf16=False, num_sample_generations=0, save_strategy="no", missing_eos_penalty=None,
        )  # fmt: skip
        with contextlib.redirect_stdout(sys.stderr):
            trainer = PPOTrainer(
                args=config, processing_class=tokenizer, model=policy, ref_model=reference, reward_model=reward,
                value_model=value, train_dataset=data, eval_dataset=data,
            )  # fmt: skip
            trainer.train()
        scores = [entry["objective/scores"] for entry in trainer.state.log_history if "objective/scores" in entry]
        assert scores and all(torch.isfinite(torch.tensor(scores))), trainer.state.log_history
        return f"score {scores[0]:.4f}"


def check_golden_families(folder):
    """Every tiny model in test/golden that transformers made: its export computes the same."""
    for source in sorted(path.parent for path in (ROOT / "test/golden").glob("*/config.json")):
        if not (source / "model.safetensors").exists() and not (source / "model.safetensors.index.json").exists():
            continue

        @check(f"family {source.name}: exported and loaded again")
        def _():
            place = folder / f"golden-{source.name}"
            place.mkdir()
            for file in source.iterdir():
                if file.is_file():
                    (place / file.name).write_bytes(file.read_bytes())
            for file in ("tokenizer.json", "tokenizer_config.json"):
                if not (place / file).exists():
                    (place / file).write_bytes((ROOT / "test/golden/llama-tied" / file).read_bytes())
            out = folder / f"family-{source.name}"
            request = {"op": "save", "model": str(place), "out": str(out), "dtype": "F32"}
            values([{**request, "maxShardBytes": 2e9, "classification": None}])
            before, after = loaded(AutoModelForCausalLM, source), loaded(AutoModelForCausalLM, out)
            ids = torch.tensor([[5, 9, 17, 33, 21, 40, 11, 8]])
            with torch.no_grad():
                return near(after(ids).logits, before(ids).logits, "logits")


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project = make_project(folder)
        base = model_path(project, "base")
        answers = [("Is number 3 even or odd?", "The number 3 is odd."), ("Is it?", "It is."), ("Why?", "")]
        rows = values([{"op": "encode", "model": base, "prompt": p, "response": r} for p, r in answers])
        check_language_model(project, folder, rows)
        check_reward_model(project, folder, "texts", rows)
        check_reward_model(project, folder, "tokens", rows)
        check_adapters(project, folder, rows)
        check_trl(folder)
        check_golden_families(folder)


if __name__ == "__main__":
    main()
