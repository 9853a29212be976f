"""Makes tiny random models of the families that came after Llama, as `make_models.py` makes the others.

    python test/golden/make_family_models.py [NAME ...]

Each model uses what is particular to its family: windows are shorter than the sequences, local and global layers
differ, soft-caps bend the logits, and scales are not those that follow from the sizes.
"""

import sys

import transformers

import make_models
from toy_tokenizer import VOCABULARY_SIZE

DECODER = dict(
    vocab_size=VOCABULARY_SIZE,
    hidden_size=32,
    intermediate_size=40,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    hidden_act="silu",
    max_position_embeddings=128,
    rms_norm_eps=1e-6,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)

CONFIGS = {
    "qwen3": dict(
        DECODER,
        model_type="qwen3",
        architectures=["Qwen3ForCausalLM"],
        head_dim=12,
        rope_theta=1000000.0,
        tie_word_embeddings=True,
        attention_bias=False,
        use_sliding_window=False,
    ),
    "mistral": dict(
        DECODER,
        model_type="mistral",
        architectures=["MistralForCausalLM"],
        rms_norm_eps=1e-5,
        rope_theta=10000.0,
        sliding_window=5,
        tie_word_embeddings=False,
    ),
    "gemma3": dict(
        {key: value for key, value in DECODER.items() if key != "hidden_act"},
        model_type="gemma3_text",
        architectures=["Gemma3ForCausalLM"],
        num_hidden_layers=3,
        head_dim=12,
        hidden_activation="gelu_pytorch_tanh",
        rope_theta=1000.0,
        rope_local_base_freq=20.0,
        sliding_window=4,
        sliding_window_pattern=3,
        query_pre_attn_scalar=20,
        final_logit_softcapping=6.0,
        attn_logit_softcapping=None,
        attention_bias=False,
        # Tied, embeddings that are scaled up would answer each token with itself.
        tie_word_embeddings=False,
    ),
    "smollm3": dict(
        DECODER,
        model_type="smollm3",
        architectures=["SmolLM3ForCausalLM"],
        num_hidden_layers=3,
        rope_theta=5000.0,
        no_rope_layer_interval=2,
        attention_bias=False,
        mlp_bias=False,
        use_sliding_window=False,
        sliding_window=None,
        tie_word_embeddings=True,
    ),
    "olmo2": dict(
        DECODER,
        model_type="olmo2",
        architectures=["Olmo2ForCausalLM"],
        rope_theta=500000.0,
        attention_bias=False,
        tie_word_embeddings=False,
    ),
}

if __name__ == "__main__":
    transformers.logging.disable_progress_bar()
    make_models.CONFIGS = CONFIGS
    make_models.OLD_FORM = {"mistral", "smollm3"}
    for name in sys.argv[1:] or CONFIGS:
        make_models.make(name, "make_family_models.py")
