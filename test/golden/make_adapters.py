"""Saves adapters in the forms that PEFT's configuration allows, and the weights that PEFT merges them to.

    python test/golden/make_adapters.py

Reads golden models. Each folder under `adapters/` holds an adapter as PEFT saves it, and expected.json: which golden
model it was made on, and by name every weight that merging changes (all of its values, row-major).
"""

import json
import shutil

import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from golden_io import HERE, made_by, write_golden

SEED = 20261127
LLAMA = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ADAPTERS = {
    # Ranks and scales by layer, the scale divided by the root of the rank, one layer left out.
    "patterns": (
        "llama-untied",
        AutoModelForCausalLM,
        dict(
            r=2,
            lora_alpha=6,
            use_rslora=True,
            rank_pattern={"q_proj": 3, "layers.1.mlp.up_proj": 1},
            alpha_pattern={"v_proj": 5},
            target_modules=LLAMA,
            exclude_modules=["model.layers.1.self_attn.o_proj"],
            layers_to_transform=[1],
            init_lora_weights="gaussian",
        ),
    ),
    "saved-head": (
        "llama-untied",
        AutoModelForCausalLM,
        dict(r=2, lora_alpha=3, target_modules=["o_proj"], modules_to_save=["lm_head", "model.norm"]),
    ),
    "adapted-head": (
        "llama-untied",
        AutoModelForCausalLM,
        dict(r=2, lora_alpha=8, target_modules="(model.layers.0.self_attn.v_proj|lm_head)"),
    ),
    "conv1d": ("gpt2", AutoModelForCausalLM, dict(r=3, lora_alpha=1, target_modules=["c_attn"], fan_in_fan_out=True)),
    "score": (
        "llama-tied",
        AutoModelForSequenceClassification,
        dict(r=1, lora_alpha=16, target_modules=["down_proj"], task_type="SEQ_CLS"),
    ),
}


def base_of(model, loader):
    options = dict(num_labels=1) if loader is AutoModelForSequenceClassification else {}
    return loader.from_pretrained(HERE / model, dtype=torch.float32, **options)


def make(name, model, loader, options):
    torch.manual_seed(SEED)
    adapted = get_peft_model(base_of(model, loader), LoraConfig(**{"task_type": "CAUSAL_LM", **options}))
    with torch.no_grad():
        for _, parameter in sorted(adapted.named_parameters()):
            if parameter.requires_grad:
                parameter.copy_(0.3 * torch.randn(parameter.shape))
    folder = HERE / "adapters" / name
    shutil.rmtree(folder, ignore_errors=True)
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink()
    file = folder / "adapter_config.json"
    record = json.loads(file.read_text())
    record["base_model_name_or_path"] = f"../../{model}"
    if isinstance(record["target_modules"], list):
        record["target_modules"].sort()
    file.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")

    before = base_of(model, loader).state_dict()
    merged = PeftModel.from_pretrained(base_of(model, loader), folder).merge_and_unload().state_dict()
    changed = {
        key: value.flatten().tolist()
        for key, value in merged.items()
        if key == "score.weight" or not torch.equal(value, before[key])
    }
    versions = dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__)
    record = {"made": made_by("make_adapters.py", SEED, **versions), "base": model, "merged": changed}
    write_golden(f"adapters/{name}/expected.json", record)


if __name__ == "__main__":
    transformers.logging.disable_progress_bar()
    for name, case in ADAPTERS.items():
        make(name, *case)
