"""A served model, asked by lm-eval and by OpenAI's Python client, against Transformers on the same files.

Prints one JSON line per row: {"row", "ok", "detail"}.

    python test/interop/check_server.py

Needs lm-eval with its API extra, openai, torch and transformers; a row whose package is missing is not printed. The
tasks and texts are this file's own. lm-eval's log-likelihoods through the server have to be those of its own Hugging Face
backend within 1e-4, and say for the same continuations that they are greedy.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "test" / "golden"
MODELS = ["llama-tied", "llama-untied", "qwen2", "gpt2"]
TOLERANCE = 1e-4
KEY = "a-key-for-checks"

DOCUMENTS = [
    {"question": "the cat sat on", "choices": [" the mat", " a mat", " the cat"], "answer": 0},
    {"question": "a cat and", "choices": [" the mat", " on", " you sat on the mat"], "answer": 1},
    {"question": "you the", "choices": [" cat", " mat and the cat", " a"], "answer": 2},
    {"question": "and on the mat", "choices": [" sat a cat", " is", " the the the the"], "answer": 0},
]


def report(row, ok, detail):
    print(json.dumps({"row": row, "ok": bool(ok), "detail": detail}), flush=True)


def stet(*arguments):
    command = ["node", str(ROOT / "native/bootstrap.mjs"), str(ROOT / "electron/host/entry/cli/main.ts"), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)


@contextmanager
def served(folder, model):
    """The base address of the model's server."""
    project = folder / "check.stet"
    if not project.exists():
        stet("init", project).wait()
    process = stet("serve-model", project, model, "--port", "0", "--key", KEY, "--json")
    try:
        line = process.stdout.readline()
        if '"url"' not in line:
            raise RuntimeError(f"serve-model did not start: {line}")
        yield json.loads(line)["url"]
    finally:
        # As Ctrl-C does: the bootstrap has started further processes.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


def copied(folder, model):
    """A golden model, with the tokenizer that only one of them has."""
    copy = folder / model
    shutil.copytree(GOLDEN / model, copy)
    for name in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copy(GOLDEN / "llama-tied" / name, copy)
    return copy


def task(folder, output_type):
    rows = folder / "documents.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in DOCUMENTS))
    shared = {
        "task": f"check_{output_type}",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(rows)}},
        "test_split": "test",
        "output_type": output_type,
    }
    if output_type == "loglikelihood_rolling":
        text = lambda row: row["question"] + row["choices"][row["answer"]]
        return {**shared, "doc_to_text": "", "doc_to_target": text, "metric_list": [{"metric": "word_perplexity"}]}
    return {
        **shared,
        "doc_to_text": "{{question}}",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "{{answer}}",
        "target_delimiter": "",
        "metric_list": [{"metric": "acc"}],
    }


def responses(model, arguments, definition):
    """Log-likelihoods of every request of a task, in the order of its documents."""
    import lm_eval

    with redirect_stdout(StringIO()):
        result = lm_eval.simple_evaluate(model=model, model_args=arguments, tasks=[definition], bootstrap_iters=0)
    samples = result["samples"][definition["task"]]
    return [response for sample in sorted(samples, key=lambda each: each["doc_id"]) for response in sample["resps"]]


def numbers(values):
    """Every number in nested lists, as a flat list; whether it is greedy counts as 0 or 1."""
    if isinstance(values, (list, tuple)):
        return [number for value in values for number in numbers(value)]
    return [float({"True": 1, "False": 0}.get(str(values), values))]


def check_lm_eval(url, path, folder):
    model = path.name
    remote = {
        "model": model,
        "base_url": f"{url}/completions",
        "tokenizer": str(path),
        "tokenizer_backend": "huggingface",
        "max_length": 100,
        "num_concurrent": 4,
        "max_retries": 1,
    }
    local = {"pretrained": str(path), "dtype": "float32", "device": "cpu", "max_length": 100}
    for output_type in ["multiple_choice", "loglikelihood_rolling"]:
        definition = task(folder, output_type)
        ours = numbers(responses("local-completions", remote, definition))
        theirs = numbers(responses("hf", local, definition))
        worst = max((abs(a - b) for a, b in zip(ours, theirs)), default=float("nan"))
        ok = len(ours) == len(theirs) > 0 and worst < TOLERANCE
        report(f"lm-eval {output_type}, {model}", ok, f"{len(ours)} numbers, largest difference {worst:.1e}")


def check_openai(url, path):
    """Greedy text of the official client, whole and streamed, against Transformers."""
    import openai
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path)
    network = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    ids = tokenizer("the cat sat on the mat", add_special_tokens=False)["input_ids"]
    generated = network.generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False)[0, len(ids) :]
    expected = tokenizer.decode(generated, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    model = path.name
    client = openai.OpenAI(base_url=url, api_key=KEY, max_retries=0)
    options = {"model": model, "prompt": ids, "max_tokens": 12, "temperature": 0}
    whole = client.completions.create(**options).choices[0].text
    streamed = "".join(chunk.choices[0].text for chunk in client.completions.create(**options, stream=True))
    report(f"openai completion, {model}", whole == expected == streamed, repr(whole))


def installed(*names):
    from importlib.util import find_spec

    return all(find_spec(name) for name in names)


def main():
    os.environ["OPENAI_API_KEY"] = KEY
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HF_DATASETS_CACHE"] = str(folder / "cache")
        for model in MODELS:
            path = copied(folder, model)
            with served(folder, path) as url:
                if installed("openai", "transformers"):
                    check_openai(url, path)
                if installed("lm_eval", "transformers"):
                    check_lm_eval(url, path, folder)


if __name__ == "__main__":
    main()
