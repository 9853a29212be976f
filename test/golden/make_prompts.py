"""Makes test/golden/prompts.json: the ids of raw texts by transformers' AutoTokenizer, for the tokenizers of
test/golden/tokenizer with several post-processors and with "add_bos_token" in tokenizer_config.json.

    python -m venv V && V/bin/pip install tokenizers==0.23.3 transformers==5.23.0 jinja2==3.1.6
    V/bin/python test/golden/make_prompts.py
"""

import json
import platform
import tempfile
from pathlib import Path

import tokenizers
import transformers
from tokenizers import Tokenizer, processors
from transformers import AutoTokenizer

HERE = Path(__file__).parent
TEXTS = ["The editor", " struck\n", ""]


def post_processors(tokenizer, bos):
    def template(single):
        return processors.TemplateProcessing(single=single, special_tokens=[(bos, tokenizer.token_to_id(bos))])

    plain = processors.ByteLevel(trim_offsets=False)
    return dict(
        none=None,
        plain=plain,
        begins=template(f"{bos} $A"),
        twice=template(f"{bos} {bos} $A"),
        sequence=processors.Sequence([plain, template(f"{bos} $A")]),
        nested=processors.Sequence([template(f"{bos} $A"), template(f"{bos} $A")]),
    )


def cases():
    for kind, model_type in dict(llama2="llama", llama3="llama", gpt2="gpt2", smollm="llama", qwen2="qwen2").items():
        source = json.loads((HERE / "tokenizer" / f"{kind}.json").read_text("utf-8"))
        bos = source["config"].get("bos_token", source["config"]["eos_token"])
        for name in post_processors(Tokenizer.from_str(json.dumps(source["definition"])), bos):
            for adds in (None, True, False):
                yield case(source, dict(kind=kind, model_type=model_type, bos=bos, name=name, adds=adds))


def case(source, chosen):
    tokenizer = Tokenizer.from_str(json.dumps(source["definition"]))
    processor = post_processors(tokenizer, chosen["bos"])[chosen["name"]]
    if processor is not None:
        tokenizer.post_processor = processor
    config = dict(source["config"], bos_token=chosen["bos"], tokenizer_class="PreTrainedTokenizerFast")
    if chosen["adds"] is not None:
        config["add_bos_token"] = chosen["adds"]
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save(f"{folder}/tokenizer.json")
        Path(folder, "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
        Path(folder, "config.json").write_text(json.dumps(dict(model_type=chosen["model_type"])), "utf-8")
        auto = AutoTokenizer.from_pretrained(folder)
    return dict(
        kind=chosen["kind"],
        postProcessor=json.loads(tokenizer.to_str())["post_processor"],
        config={key: value for key, value in config.items() if key in ("bos_token", "add_bos_token")},
        texts=[dict(text=text, ids=auto(text)["input_ids"]) for text in TEXTS],
    )


if __name__ == "__main__":
    versions = dict(
        python=platform.python_version(), tokenizers=tokenizers.__version__, transformers=transformers.__version__
    )
    content = dict(made=dict(script="test/golden/make_prompts.py", versions=versions), cases=list(cases()))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (HERE / "prompts.json").write_text(text + "\n", "utf-8")
