"""Tiny random models of many configurations: what Stet computes with each, or why it refuses it.

Prints one JSON line per row: {"row", "ok", "detail"}. A row is right if Stet's logits are within 1e-4 of the largest
of Transformers' (float32) and its 24 greedy tokens are the same, or if the model is refused and the row expects that.

    python test/interop/check_models.py
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

torch.set_num_threads(1)  # tiny models: threads only wait for one another
ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-4
NEW_TOKENS = 24
VOCABULARY = 96
LENGTH = 24

SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)
NO_GROUPS = {**SIZES, "num_key_value_heads": 4}
LLAMA = dict(SIZES, model_type="llama")
LOCAL_GLOBAL = ["sliding_attention", "full_attention"] * 2
GPT2 = dict(
    model_type="gpt2",
    vocab_size=VOCABULARY,
    n_embd=32,
    n_layer=2,
    n_head=4,
    n_positions=128,
    bos_token_id=1,
    eos_token_id=2,
)
MOE = dict(SIZES, num_experts_per_tok=2, moe_intermediate_size=16)


def rope(kind, **more):
    return dict(rope_scaling=dict(rope_type=kind, factor=4.0, original_max_position_embeddings=16, **more))


LONGROPE = dict(short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[1.0, 2.0, 3.0, 4.0])
LLAMA3 = dict(low_freq_factor=1.0, high_freq_factor=4.0)

# name: config, whether Stet runs it
ROWS = {
    "Llama": (LLAMA, True),
    "Llama, own head": (dict(LLAMA, tie_word_embeddings=False), True),
    "Llama, tied": (dict(LLAMA, tie_word_embeddings=True), True),
    "Llama, biases": (dict(LLAMA, attention_bias=True, mlp_bias=True), True),
    "Llama, head_dim": (dict(LLAMA, head_dim=12), True),
    "Llama 3.2 (llama3 RoPE)": (dict(LLAMA, rope_theta=100.0, **rope("llama3", **LLAMA3)), True),
    "Llama, linear RoPE": (dict(LLAMA, **rope("linear")), True),
    "Llama, dynamic RoPE": (dict(LLAMA, **rope("dynamic")), True),
    "Llama, yarn RoPE": (dict(LLAMA, **rope("yarn")), True),
    "Llama, longrope": (dict(LLAMA, **rope("longrope", **LONGROPE)), True),
    "Llama, relu": (dict(LLAMA, hidden_act="relu"), False),
    "Mistral": (dict(SIZES, model_type="mistral", sliding_window=None), True),
    "Mistral, sliding window": (dict(SIZES, model_type="mistral", sliding_window=6), True),
    "Qwen2": (dict(SIZES, model_type="qwen2"), True),
    "Qwen2, sliding window": (
        dict(SIZES, model_type="qwen2", use_sliding_window=True, sliding_window=6, max_window_layers=2),
        True,
    ),
    "Qwen3": (dict(SIZES, model_type="qwen3", head_dim=16), True),
    "Qwen3, tied": (dict(SIZES, model_type="qwen3", head_dim=16, tie_word_embeddings=True), True),
    "Qwen3, yarn RoPE": (dict(SIZES, model_type="qwen3", head_dim=8, **rope("yarn")), True),
    "Gemma 3 text": (
        dict(SIZES, model_type="gemma3_text", head_dim=8, sliding_window=6, layer_types=LOCAL_GLOBAL), True
    ),
    "Gemma 3 text, soft-caps": (
        dict(
            SIZES,
            model_type="gemma3_text",
            head_dim=8,
            sliding_window=6,
            layer_types=LOCAL_GLOBAL,
            final_logit_softcapping=3.0,
            attn_logit_softcapping=5.0,
            query_pre_attn_scalar=16,
        ),
        True,
    ),
    "SmolLM3": (dict(SIZES, model_type="smollm3", no_rope_layer_interval=2), True),
    "OLMo 2": (dict(SIZES, model_type="olmo2"), True),
    "Phi-3": (dict(SIZES, model_type="phi3"), True),
    "Phi-3, sliding window": (dict(SIZES, model_type="phi3", sliding_window=6), True),
    "Phi-4-mini (partial rotary, longrope)": (
        dict(
            SIZES,
            model_type="phi3",
            hidden_size=64,
            partial_rotary_factor=0.5,
            original_max_position_embeddings=64,
            rope_scaling=dict(rope_type="longrope", **LONGROPE),
        ),
        True,
    ),
    "Granite": (
        dict(
            SIZES,
            model_type="granite",
            embedding_multiplier=3.0,
            residual_multiplier=0.5,
            attention_multiplier=0.2,
            logits_scaling=2.0,
        ),
        True,
    ),
    "Pythia (GPT-NeoX)": (dict(NO_GROUPS, model_type="gpt_neox", rotary_pct=0.25), True),
    "GPT-NeoX, not parallel": (
        dict(NO_GROUPS, model_type="gpt_neox", rotary_pct=1.0, use_parallel_residual=False), True
    ),
    "GPT-Neo (TinyStories)": (
        dict(
            model_type="gpt_neo",
            vocab_size=VOCABULARY,
            hidden_size=32,
            num_layers=4,
            num_heads=4,
            window_size=6,
            attention_types=[[["global", "local"], 2]],
            max_position_embeddings=128,
            bos_token_id=1,
            eos_token_id=2,
        ),
        True,
    ),
    "GPT-2": (GPT2, True),
    "GPT-2, scaled by layer": (dict(GPT2, scale_attn_by_inverse_layer_idx=True), False),
    "Gemma 1": (dict(SIZES, model_type="gemma", head_dim=8), False),
    "Gemma 2": (dict(SIZES, model_type="gemma2", head_dim=8), False),
    "Phi-2": (dict(NO_GROUPS, model_type="phi"), False),
    "OLMo 1": (dict(SIZES, model_type="olmo"), False),
    "OLMo 3": (dict(SIZES, model_type="olmo3", sliding_window=6, layer_types=LOCAL_GLOBAL), False),
    "StableLM": (dict(SIZES, model_type="stablelm"), False),
    "OPT": (dict(NO_GROUPS, model_type="opt", ffn_dim=48, word_embed_proj_dim=32), False),
    "Falcon": (dict(NO_GROUPS, model_type="falcon"), False),
    "Bloom": (dict(NO_GROUPS, model_type="bloom", n_layer=2, n_head=4), False),
    "GPT-J": (
        dict(model_type="gptj", vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, rotary_dim=4), False
    ),
    "StarCoder 2": (dict(SIZES, model_type="starcoder2"), False),
    "Cohere": (dict(SIZES, model_type="cohere"), False),
    "LFM2": (
        dict(SIZES, model_type="lfm2", layer_types=["conv", "full_attention"] * 2, block_ff_dim=48), False
    ),
    "Mixtral": (dict(SIZES, model_type="mixtral", num_local_experts=4, num_experts_per_tok=2), False),
    "Qwen2-MoE": (dict(MOE, model_type="qwen2_moe", num_experts=4), False),
    "Qwen3-MoE": (dict(MOE, model_type="qwen3_moe", num_experts=4, head_dim=8), False),
    "OLMoE": (dict(SIZES, model_type="olmoe", num_experts=4, num_experts_per_tok=2), False),
    "Granite-MoE": (
        dict(SIZES, model_type="granitemoe", num_local_experts=4, num_experts_per_tok=2), False
    ),
}


def make_model(folder, config, seed):
    """A folder with random weights, as Transformers saves it, and the model."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    model = AutoModelForCausalLM.from_config(
        AutoConfig.from_pretrained(folder), dtype=torch.float32, attn_implementation="eager"
    )
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            centre = parameter.detach().clone() if parameter.dim() == 1 else 0.0
            parameter.copy_(centre + 0.2 * torch.randn(parameter.shape))
    model.save_pretrained(folder)
    return model.eval()


def expected(model, ids):
    """Logits at every position, and the greedy continuation, each token from the whole sequence."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
        sequence, greedy = list(ids), []
        for _ in range(NEW_TOKENS):
            last = model(input_ids=torch.tensor([sequence]), use_cache=False).logits[0, -1]
            greedy.append(int(last.argmax()))
            sequence.append(greedy[-1])
    return logits.double(), greedy


def stet_results(orders):
    command = ["node", "native/bootstrap.mjs", "test/interop/models.ts"]
    lines = "".join(json.dumps(order) + "\n" for order in orders)
    ended = subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(ended.stderr)
    answers = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    return {answer["folder"]: answer for answer in answers}


def judged(answer, wanted, runs):
    if "error" in answer:
        return not runs, "refused: " + answer["error"]
    if not runs:
        return False, "runs, though the row expects a refusal"
    logits, greedy = wanted
    found = torch.tensor(answer["logits"], dtype=torch.float64).reshape(logits.shape)
    off = float((found - logits).abs().max() / logits.abs().max())
    same = answer["greedy"] == greedy
    detail = f"logits within {off:.1e} of the largest, greedy tokens {'equal' if same else 'differ'}"
    return off <= TOLERANCE and same, detail


def main():
    logging.set_verbosity_error()
    base = Path(tempfile.mkdtemp())
    try:
        wanted, orders = {}, {}
        generator = torch.Generator().manual_seed(7)
        for number, (row, (config, _)) in enumerate(ROWS.items()):
            ids = torch.randint(3, VOCABULARY, (LENGTH,), generator=generator).tolist()
            folder = base / str(number)
            try:
                model = make_model(folder, config, number)
                wanted[row] = expected(model, ids)
            except Exception as error:  # noqa: BLE001 - whatever Transformers says about a configuration
                print(json.dumps({"row": row, "ok": False, "detail": f"Transformers: {error!r}"[:300]}))
                continue
            orders[row] = {"folder": str(folder), "ids": ids, "new": NEW_TOKENS}
        answers = stet_results(orders.values())
        for row, order in orders.items():
            ok, detail = judged(answers[order["folder"]], wanted[row], ROWS[row][1])
            detail = detail.replace(f"{order['folder']}/", "")
            print(json.dumps({"row": row, "ok": ok, "detail": detail[:400]}), flush=True)
    finally:
        shutil.rmtree(base)


main()
