"""Lays random LoRA adapters (PEFT) on golden models, and records what PyTorch computes with them.

    python test/golden/make_lora.py [NAME ...]

Reads what the scripts of the models wrote. Each folder under `lora/` holds the adapter as PEFT saves it (rank 2, every linear
layer, lora_alpha = rank) and golden.json in the same form as a model's: the gradients are the adapter's.
"""

import json
import sys

import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

from golden_io import HERE, made_by, write_golden
from make_models import MIN_MARGIN, golden_forward, golden_greedy, golden_logprobs, load

SEED = 20261124
RANK = 2
OF_LLAMA = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGETS = {
    "llama-tied": OF_LLAMA,
    "qwen2": OF_LLAMA,
    "qwen3": OF_LLAMA,
    "mistral": OF_LLAMA,
    "gemma3": OF_LLAMA,
    "smollm3": OF_LLAMA,
    "olmo2": OF_LLAMA,
    "gpt2": ["c_attn", "c_proj", "c_fc"],
    "phi3": ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
    "granite": OF_LLAMA,
    "gpt-neox": ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],
    "gpt-neo": ["q_proj", "k_proj", "v_proj", "out_proj", "c_fc", "c_proj"],
}


def write_adapter(name, seed):
    """Both factors normal with deviation 0.2, in float32."""
    config = LoraConfig(
        r=RANK,
        lora_alpha=RANK,
        target_modules=TARGETS[name],
        fan_in_fan_out=name == "gpt2",
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(load(name, torch.float32), config)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if "lora_" in parameter_name:
                parameter.copy_(0.2 * torch.randn(parameter.shape))
    folder = HERE / "lora" / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    record = json.loads((folder / "adapter_config.json").read_text())
    kept = ["peft_type", "task_type", "r", "lora_alpha", "lora_dropout", "bias", "fan_in_fan_out", "modules_to_save"]
    record = {**{key: record[key] for key in kept}, "target_modules": sorted(record["target_modules"])}
    (folder / "adapter_config.json").write_text(json.dumps(record, indent=1) + "\n")
    return folder


def load_adapted(name, folder):
    model = PeftModel.from_pretrained(load(name), folder, is_trainable=True).double().eval()
    assert sum(p.requires_grad for p in model.parameters()) == sum("lora_" in n for n, _ in model.named_parameters())
    return model


def adapter_gradients(gradients):
    """By the names of the file: without PEFT's prefix and the adapter's own name."""
    return {
        name.removeprefix("base_model.model.").replace(".default.", "."): gradient
        for name, gradient in gradients.items()
        if "lora_" in name
    }


def make(name):
    """Tries seeds until greedy decoding is clear of near ties, so that float32 decides the same way."""
    for seed in range(SEED, SEED + 200):
        model = load_adapted(name, write_adapter(name, seed))
        generator = torch.Generator().manual_seed(seed)
        for parameter in model.parameters():
            parameter.requires_grad_(True)  # the base's are made too, and left out below
        golden = golden_forward(model, generator)
        greedy = golden_greedy(model, generator)
        if greedy["minMargin"] >= MIN_MARGIN:
            break
    else:
        raise SystemExit(f"{name}: no seed gives a clear greedy path")
    golden["gradients"] = adapter_gradients(golden["gradients"])
    versions = dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__)
    record = {"made": made_by("make_lora.py", seed, **versions), **golden, "greedy": greedy}
    write_golden(f"lora/{name}/golden.json", {**record, "continuation": golden_logprobs(model, generator)})


if __name__ == "__main__":
    transformers.logging.disable_progress_bar()
    for name in sys.argv[1:] or TARGETS:
        make(name)
