"""Makes tiny random models as Hugging Face folders, and what PyTorch and transformers compute with them.

    python test/golden/make_models.py

Each folder holds config.json, safetensors and golden.json; `llama-tied` has a toy tokenizer too.
The goldens are computed in float64 from the float32 weights on disk (transformers keeps RMSNorm and its
rotary tables in float32 all the same), so what differs in a float32 engine is rounding.
"""

import json

import tokenizers
import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

from golden_io import HERE, made_by, write_golden
from toy_tokenizer import VOCABULARY_SIZE, write_toy_tokenizer

SEED = 20240604
NEW_TOKENS = 16
FULL_GRADIENT_LIMIT = 400
MIN_MARGIN = 0.02

LLAMA = dict(
    model_type="llama",
    architectures=["LlamaForCausalLM"],
    vocab_size=VOCABULARY_SIZE,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    hidden_act="silu",
    max_position_embeddings=128,
    rms_norm_eps=1e-5,
    attention_bias=False,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)

# As folders on the hub have it: rope_theta and rope_scaling at the top level. Three are rewritten below
# by transformers 5, which puts both in `rope_parameters`.
CONFIGS = {
    "llama-tied": dict(LLAMA, rope_theta=10000.0, tie_word_embeddings=True),
    "llama-untied": dict(LLAMA, rope_theta=100000.0, tie_word_embeddings=False, head_dim=12),
    "llama3-rope": dict(
        LLAMA,
        # A small base, so that 12 positions meet all three of llama3's bands (kept, blended, slowed).
        rope_theta=100.0,
        tie_word_embeddings=True,
        rope_scaling=dict(
            rope_type="llama3",
            factor=8.0,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=64,
        ),
    ),
    "qwen2": {
        **{key: value for key, value in LLAMA.items() if key != "attention_bias"},
        "model_type": "qwen2",
        "architectures": ["Qwen2ForCausalLM"],
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": True,
        "use_sliding_window": False,
    },
    "gpt2": dict(
        model_type="gpt2",
        architectures=["GPT2LMHeadModel"],
        vocab_size=VOCABULARY_SIZE,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_positions=64,
        n_ctx=64,
        activation_function="gelu_new",
        layer_norm_epsilon=1e-5,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=1,
        eos_token_id=2,
    ),
}

# Configs kept in the hub's older form; the others are as transformers 5 saves them.
OLD_FORM = {"llama-tied", "llama3-rope", "gpt2"}
SHARDED = {"llama-untied"}
# Models that transformers computes in one way only; theirs has no NaN where all is masked.
EAGER_ONLY = {"gpt-neo"}


def write_model(name, seed):
    """Random weights (std 0.2, norms 1 +- 0.2, or 0 +- 0.2 if they start at 0, biases 0.2) in the folder `name`."""
    folder = HERE / name
    for stale in [*folder.glob("*.safetensors"), *folder.glob("*.index.json")]:
        stale.unlink()
    folder.mkdir(exist_ok=True)
    write_config(folder, CONFIGS[name])
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.float32)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            is_norm = parameter.dim() == 1 and parameter_name.endswith("weight")
            centre = parameter.flatten()[0].item() if is_norm else 0.0
            parameter.copy_(0.2 * torch.randn(parameter.shape) + centre)
    model.save_pretrained(folder, max_shard_size="64KB" if name in SHARDED else "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    if name in OLD_FORM:
        write_config(folder, dict(CONFIGS[name], dtype="float32"))


def write_config(folder, config):
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def load(name, dtype=torch.float64, attention="sdpa"):
    """The model as its folder says. In float64 only sdpa will do: eager gives NaN where all is masked."""
    attention = "eager" if name in EAGER_ONLY else attention
    model = AutoModelForCausalLM.from_pretrained(HERE / name, dtype=dtype, attn_implementation=attention)
    assert all(parameter.dtype == dtype for parameter in model.parameters())
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    return model.eval()


def positions_of(mask):
    """What transformers' generate does: count real tokens from 0; padding gets an arbitrary legal place."""
    return (mask.cumsum(-1) - 1).clamp(min=0)


def forward(model, ids, mask, **more):
    return model(input_ids=ids, attention_mask=mask, position_ids=positions_of(mask), use_cache=False, **more)


def left_padded(rows, width):
    ids = torch.tensor([[0] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    return ids, mask


def random_ids(generator, count):
    return torch.randint(3, VOCABULARY_SIZE, (count,), generator=generator).tolist()


def golden_forward(model, generator):
    """Logits at real positions, hidden states at the last one, the loss's gradient for every parameter."""
    ids, mask = left_padded([random_ids(generator, 12), random_ids(generator, 8)], 12)
    output = forward(model, ids, mask, output_hidden_states=True)
    real = (mask[:, :-1] * mask[:, 1:]).bool()
    losses = torch.nn.functional.cross_entropy(
        output.logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none"
    )
    loss = losses[real].mean()
    model.zero_grad()
    loss.backward()
    return {
        "inputIds": ids,
        "attentionMask": mask,
        "positionIds": positions_of(mask),
        "logits": [row[keep.bool()] for row, keep in zip(output.logits, mask)],
        "lastHiddenStates": [state[:, -1] for state in output.hidden_states],
        "lossTokens": int(real.sum()),
        "loss": loss.item(),
        "gradients": {name_in_file(model, name): golden_gradient(p.grad) for name, p in model.named_parameters()},
    }


def name_in_file(model, name):
    """transformers gives GPT-NeoX's output matrix another name than its files have."""
    return "embed_out.weight" if (model.config.model_type, name) == ("gpt_neox", "lm_head.weight") else name


def golden_gradient(gradient):
    flat = gradient.flatten()
    count = flat.numel()
    record = {"shape": list(gradient.shape), "sum": flat.sum().item(), "absSum": flat.abs().sum().item()}
    if count < FULL_GRADIENT_LIMIT:
        return {**record, "values": flat}
    indices = [(k * 7919 + 17) % count for k in range(32)]
    return {**record, "indices": indices, "values": flat[indices]}


@torch.no_grad()
def golden_greedy(model, generator):
    """Greedy continuation, by transformers' generate and by repeated full passes: both must agree."""
    ids, mask = left_padded([random_ids(generator, 5), random_ids(generator, 9)], 9)
    generated = model.generate(ids, attention_mask=mask, max_new_tokens=NEW_TOKENS, do_sample=False)[:, 9:]
    margin = float("inf")
    prompt_ids, prompt_mask = ids, mask
    for step in range(NEW_TOKENS):
        logits = forward(model, ids, mask).logits[:, -1]
        best = logits.topk(2).values
        margin = min(margin, (best[:, 0] - best[:, 1]).min().item())
        ids = torch.cat([ids, logits.argmax(-1, keepdim=True)], 1)
        mask = torch.cat([mask, torch.ones(2, 1, dtype=mask.dtype)], 1)
        assert torch.equal(ids[:, -1], generated[:, step])
    return {"promptIds": prompt_ids, "promptMask": prompt_mask, "newIds": generated, "minMargin": margin}


@torch.no_grad()
def golden_logprobs(model, generator):
    """Log-probability of each response token, and the entropy of each distribution, at two temperatures."""
    ids, mask = left_padded([random_ids(generator, 4), random_ids(generator, 6)], 6)
    response_lengths = [7, 5]
    response = torch.tensor([random_ids(generator, n) + [0] * (7 - n) for n in response_lengths])
    response_mask = torch.tensor([[1] * n + [0] * (7 - n) for n in response_lengths])
    both, both_mask = torch.cat([ids, response], 1), torch.cat([mask, response_mask], 1)
    logits = forward(model, both, both_mask).logits[:, 5:-1]
    record = {"promptIds": ids, "promptMask": mask, "responseIds": response, "responseMask": response_mask}
    for key, temperature in [("temperature1", 1.0), ("temperature0.7", 0.7)]:
        logprobs = (logits / temperature).log_softmax(-1)
        chosen = logprobs.gather(-1, response[..., None])[..., 0]
        entropy = -(logprobs.exp() * logprobs).sum(-1)
        record[key] = {
            "logprobs": [row[:n] for row, n in zip(chosen, response_lengths)],
            "entropies": [row[:n] for row, n in zip(entropy, response_lengths)],
        }
    return record


def report_float32(name, golden):
    """Prints how far PyTorch's own float32 is from the golden: what a tolerance has to leave room for."""
    model = load(name, torch.float32, "eager")
    logits = forward(model, golden["inputIds"], golden["attentionMask"]).logits
    real = golden["attentionMask"].bool()
    apart = (logits[real] - torch.cat(golden["logits"])).abs().max()
    print(
        f"{name}: PyTorch's float32 logits differ by {apart:.1e} at most, of {logits[real].abs().max():.2f}"
    )


def make(name, script="make_models.py"):
    """Tries seeds until greedy decoding is clear of near ties, so that float32 decides the same way."""
    for seed in range(SEED, SEED + 200):
        write_model(name, seed)
        model = load(name)
        generator = torch.Generator().manual_seed(seed)
        golden = golden_forward(model, generator)
        greedy = golden_greedy(model, generator)
        distinct = min(len(set(row)) for row in greedy["newIds"].tolist())
        if greedy["minMargin"] >= MIN_MARGIN and distinct >= 5:
            break
    else:
        raise SystemExit(f"{name}: no seed gives a clear greedy path")
    made = made_by(script, seed, torch=torch.__version__, transformers=transformers.__version__)
    record = {"made": made, **golden, "greedy": greedy, "continuation": golden_logprobs(model, generator)}
    if name == "llama-tied":
        made["versions"]["tokenizers"] = tokenizers.__version__
        record["tokenizer"] = write_toy_tokenizer(HERE / name)
    write_golden(f"{name}/golden.json", record)
    report_float32(name, golden)


if __name__ == "__main__":
    transformers.logging.disable_progress_bar()
    for name in CONFIGS:
        make(name)
