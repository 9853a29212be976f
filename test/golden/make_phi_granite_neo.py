"""Makes tiny random models of more families, in the same way and form as make_models.py.

    python test/golden/make_phi_granite_neo.py [NAME ...]
"""

import sys

import transformers

from make_models import CONFIGS, LLAMA, OLD_FORM, make
from toy_tokenizer import VOCABULARY_SIZE

PHI3 = {
    **{key: value for key, value in LLAMA.items() if key != "attention_bias"},
    "model_type": "phi3",
    "architectures": ["Phi3ForCausalLM"],
    "rope_theta": 100.0,
}
GPT_NEOX = dict(
    model_type="gpt_neox",
    architectures=["GPTNeoXForCausalLM"],
    vocab_size=VOCABULARY_SIZE,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=128,
    layer_norm_eps=1e-5,
    bos_token_id=1,
    eos_token_id=2,
)

MORE = {
    # Both of a window and of a rotation in part, as in no single one of the real models.
    "phi3": dict(
        PHI3,
        tie_word_embeddings=False,
        partial_rotary_factor=0.75,
        sliding_window=6,
        original_max_position_embeddings=64,
        rope_scaling=dict(type="longrope", short_factor=[1.0, 1.1, 1.4], long_factor=[1.5, 4.0, 9.0]),
    ),
    # Every sequence is longer than the original length.
    "phi3-long": dict(
        PHI3,
        tie_word_embeddings=True,
        original_max_position_embeddings=4,
        rope_scaling=dict(
            type="longrope", short_factor=[1.0, 1.1, 1.4, 2.0], long_factor=[1.5, 4.0, 9.0, 11.0]
        ),
    ),
    "granite": dict(
        LLAMA,
        model_type="granite",
        architectures=["GraniteForCausalLM"],
        tie_word_embeddings=False,
        rope_theta=100.0,
        rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32),
        embedding_multiplier=3.0,
        attention_multiplier=0.2,
        residual_multiplier=0.6,
        logits_scaling=1.7,
    ),
    "gpt-neox": dict(
        GPT_NEOX,
        hidden_act="gelu",
        rotary_pct=0.5,
        rotary_emb_base=10000,
        use_parallel_residual=True,
        tie_word_embeddings=False,
    ),
    "gpt-neox-serial": dict(
        GPT_NEOX,
        hidden_act="gelu_new",
        rotary_pct=0.25,
        rope_scaling=dict(type="linear", factor=2.0),
        use_parallel_residual=False,
        attention_bias=False,
        tie_word_embeddings=True,
    ),
    "gpt-neo": dict(
        model_type="gpt_neo",
        architectures=["GPTNeoForCausalLM"],
        vocab_size=VOCABULARY_SIZE,
        hidden_size=32,
        num_layers=2,
        num_heads=4,
        max_position_embeddings=64,
        attention_types=[[["global", "local"], 1]],
        window_size=4,
        activation_function="gelu_new",
        layer_norm_epsilon=1e-5,
        bos_token_id=1,
        eos_token_id=2,
    ),
}
CONFIGS.update(MORE)
OLD_FORM.update({"phi3", "gpt-neox"})

if __name__ == "__main__":
    transformers.logging.disable_progress_bar()
    for name in sys.argv[1:] or MORE:
        make(name, "make_phi_granite_neo.py")
