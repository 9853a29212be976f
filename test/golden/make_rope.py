"""Records how transformers stretches rotary frequencies, from config.json in the forms of transformers 4 and 5.

    python test/golden/make_rope.py

Each case is a config.json and, for sequences of several lengths, the frequencies and the factor on cosines and sines
that the model's rotary embedding has after it has seen positions up to that length.
"""

import json
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig
from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXRotaryEmbedding
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
from transformers.models.phi3.modeling_phi3 import Phi3RotaryEmbedding

from golden_io import made_by, write_golden

LLAMA = dict(
    model_type="llama",
    vocab_size=67,
    hidden_size=64,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=4096,
)
PHI3 = {**LLAMA, "model_type": "phi3", "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
GPT_NEOX = {**LLAMA, "model_type": "gpt_neox"}
SHORT = [1.0, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0, 2.5]
LONG = [1.0, 1.25, 2.0, 4.5, 9.0, 17.0, 30.0, 31.5]
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=1024)
LONGROPE = dict(short_factor=SHORT, long_factor=LONG)

CASES = {
    "default": dict(LLAMA, rope_theta=500000.0),
    "default 5": dict(LLAMA, rope_parameters=dict(rope_type="default", rope_theta=500000.0)),
    "linear": dict(LLAMA, rope_theta=10000.0, rope_scaling=dict(type="linear", factor=2.5)),
    "linear 5": dict(LLAMA, rope_parameters=dict(rope_type="linear", factor=8.0, rope_theta=1000000.0)),
    "dynamic": dict(LLAMA, rope_theta=10000.0, rope_scaling=dict(type="dynamic", factor=2.0)),
    "dynamic 5": dict(LLAMA, rope_parameters=dict(rope_type="dynamic", factor=4.0, rope_theta=10000.0)),
    "llama3": dict(
        LLAMA,
        rope_theta=500000.0,
        rope_scaling=dict(
            rope_type="llama3",
            factor=8.0,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=1024,
        ),
    ),
    "yarn": dict(LLAMA, rope_theta=1000000.0, rope_scaling=YARN),
    "yarn 5": dict(LLAMA, rope_parameters=dict(YARN, rope_theta=10000.0, beta_fast=16, beta_slow=2)),
    "yarn without an original length": dict(LLAMA, rope_scaling=dict(type="yarn", factor=2.0)),
    "yarn whose original length is beside it": dict(
        LLAMA, original_max_position_embeddings=512, rope_scaling=dict(YARN, factor=8.0)
    ),
    "yarn whose factor is null": dict(LLAMA, rope_scaling=dict(YARN, factor=None)),
    "yarn with attention_factor": dict(LLAMA, rope_scaling=dict(YARN, attention_factor=1.3)),
    "yarn with mscale": dict(LLAMA, rope_scaling=dict(YARN, factor=40.0, mscale=0.7, mscale_all_dim=1.0)),
    "yarn with mscale alone": dict(LLAMA, rope_scaling=dict(YARN, factor=40.0, mscale=0.7)),
    "yarn without truncation": dict(LLAMA, rope_parameters=dict(YARN, rope_theta=150000.0, truncate=False)),
    "longrope": dict(
        LLAMA, rope_scaling=dict(LONGROPE, rope_type="longrope", original_max_position_embeddings=512)
    ),
    "longrope with factor": dict(
        LLAMA,
        rope_scaling=dict(LONGROPE, rope_type="longrope", original_max_position_embeddings=512, factor=3.0),
    ),
    "longrope with attention_factor": dict(
        LLAMA,
        rope_scaling=dict(
            LONGROPE, rope_type="longrope", original_max_position_embeddings=512, attention_factor=1.19
        ),
    ),
    "phi3": dict(PHI3, rope_theta=10000.0),
    "phi3 in part": dict(PHI3, rope_theta=10000.0, partial_rotary_factor=0.75),
    "longrope of phi3": dict(
        PHI3,
        original_max_position_embeddings=512,
        rope_scaling=dict(type="longrope", short_factor=SHORT, long_factor=LONG),
    ),
    "longrope of phi3, called su": dict(
        PHI3,
        original_max_position_embeddings=512,
        rope_scaling=dict(LONGROPE, type="su", original_max_position_embeddings=1024),
    ),
    "longrope of phi3 in part": dict(
        PHI3,
        original_max_position_embeddings=512,
        partial_rotary_factor=0.75,
        rope_scaling=dict(type="longrope", short_factor=SHORT[:6], long_factor=LONG[:6]),
    ),
    "longrope of phi3 5": dict(
        PHI3,
        original_max_position_embeddings=512,
        rope_parameters=dict(
            LONGROPE,
            rope_type="longrope",
            rope_theta=10000.0,
            partial_rotary_factor=1.0,
            original_max_position_embeddings=1024,
        ),
    ),
    "phi3 without an original length": dict(PHI3, rope_scaling=dict(LONGROPE, type="longrope")),
    "gpt_neox": GPT_NEOX,
    "gpt_neox in another part": dict(GPT_NEOX, rotary_pct=0.5, rotary_emb_base=25000),
    "gpt_neox in an odd part": dict(GPT_NEOX, rotary_pct=0.32),
    "gpt_neox 5": dict(
        GPT_NEOX, rope_parameters=dict(rope_type="default", rope_theta=20000, partial_rotary_factor=0.5)
    ),
    "gpt_neox with linear scaling": dict(GPT_NEOX, rotary_pct=1.0, rope_scaling=dict(type="linear", factor=2.0)),
    "gpt_neox with yarn in part": dict(GPT_NEOX, rotary_pct=0.5, rope_scaling=YARN),
    "both forms": dict(
        LLAMA,
        rope_scaling=dict(rope_type="linear", factor=2.0),
        rope_parameters=dict(rope_type="linear", factor=4.0, rope_theta=100.0),
    ),
}
CLASSES = dict(llama=LlamaRotaryEmbedding, phi3=Phi3RotaryEmbedding, gpt_neox=GPTNeoXRotaryEmbedding)
LENGTHS = [7, 512, 513, 4096]


def read_config(record):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(record))
        return AutoConfig.from_pretrained(folder)


def rotary_at(config, length):
    rotary = CLASSES[config.model_type](config)
    rotary(torch.zeros(1), torch.arange(length)[None])
    return {"length": length, "frequencies": rotary.inv_freq, "factor": float(rotary.attention_scaling)}


def make(name, record):
    config = read_config(record)
    return {"name": name, "config": record, "sequences": [rotary_at(config, length) for length in LENGTHS]}


if __name__ == "__main__":
    made = made_by("make_rope.py", None, torch=torch.__version__, transformers=transformers.__version__)
    write_golden("rope.json", {"made": made, "cases": [make(name, record) for name, record in CASES.items()]})
