"""Makes tiny GGUF files of the families that came after Llama, as llama.cpp's converter lays them out.

    python test/golden/make_family_gguf.py

Every value is its own number, so that a row or a tensor out of place shows. Tensor names come from the `gguf`
package's name map, metadata keys from its writer. What the converter changes is written out here: rows of queries and
keys are interleaved for `llama` and `smollm3`, and Gemma's norms are stored with one added.
`gguf-layouts/families.json` holds the parameters under transformers' names, with what transformers computes from.
"""

import gguf
import numpy

from golden_io import HERE, made_by, write_golden

SEED = 17
FOLDER = HERE / "gguf-layouts"
VOCABULARY, HIDDEN, HEADS, KEY_HEADS, HEAD, INNER, POSITIONS = 5, 8, 2, 1, 4, 12, 64
WINDOW, PERIOD, SOFTCAP, LOCAL_THETA, THETA = 3, 2, 30.0, 20.0, 1000.0
LAYERS = {"smollm3": 4, "mistral": 1, "qwen3": 1, "olmo2": 1, "gemma3": 4}
ARCHITECTURES = {
    "qwen3": gguf.MODEL_ARCH.QWEN3,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "gemma3": gguf.MODEL_ARCH.GEMMA3,
    "smollm3": gguf.MODEL_ARCH.SMOLLM3,
    "olmo2": gguf.MODEL_ARCH.OLMO2,
}
INTERLEAVED = {"mistral", "smollm3"}
NORMS = {
    "qwen3": ["input_layernorm", "post_attention_layernorm"],
    "mistral": ["input_layernorm", "post_attention_layernorm"],
    "smollm3": ["input_layernorm", "post_attention_layernorm"],
    "olmo2": ["post_attention_layernorm", "post_feedforward_layernorm"],
    "gemma3": [
        "input_layernorm",
        "post_attention_layernorm",
        "pre_feedforward_layernorm",
        "post_feedforward_layernorm",
    ],
}
# Sizes of the norms of queries and keys.
QUERY_KEY_NORMS = {"qwen3": (HEAD, HEAD), "gemma3": (HEAD, HEAD), "olmo2": (HEADS * HEAD, KEY_HEADS * HEAD)}


def shapes(name):
    """By transformers' names, in its layout."""
    queries, keys = HEADS * HEAD, KEY_HEADS * HEAD
    record = {"model.embed_tokens.weight": [VOCABULARY, HIDDEN]}
    for layer in range(LAYERS[name]):
        at = f"model.layers.{layer}."
        linear = {"q_proj": (queries, HIDDEN), "k_proj": (keys, HIDDEN), "v_proj": (keys, HIDDEN)}
        linear["o_proj"] = (HIDDEN, queries)
        record |= {f"{at}self_attn.{key}.weight": list(shape) for key, shape in linear.items()}
        mlp = {"gate_proj": (INNER, HIDDEN), "up_proj": (INNER, HIDDEN), "down_proj": (HIDDEN, INNER)}
        record |= {f"{at}mlp.{key}.weight": list(shape) for key, shape in mlp.items()}
        record |= {f"{at}{norm}.weight": [HIDDEN] for norm in NORMS[name]}
        if name in QUERY_KEY_NORMS:
            of_queries, of_keys = QUERY_KEY_NORMS[name]
            record |= {f"{at}self_attn.q_norm.weight": [of_queries], f"{at}self_attn.k_norm.weight": [of_keys]}
    return record | {"model.norm.weight": [HIDDEN]}


def interleaved(rows, heads):
    """Rows (i, i + H/2) of a head become neighbours (2i, 2i + 1)."""
    halves = rows.reshape(heads, 2, HEAD // 2, *rows.shape[1:])
    return halves.swapaxes(1, 2).reshape(rows.shape)


def converted(name, key, values):
    if name in INTERLEAVED and ".q_proj." in key:
        return interleaved(values, HEADS)
    if name in INTERLEAVED and ".k_proj." in key:
        return interleaved(values, KEY_HEADS)
    return values + 1 if name == "gemma3" and key.endswith("norm.weight") else values


def write(name, parameters):
    architecture = ARCHITECTURES[name]
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_context_length(POSITIONS)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS[name])
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(THETA)
    if name == "gemma3":
        writer.add_sliding_window(WINDOW)
        writer.add_sliding_window_pattern(PERIOD)
        writer.add_rope_freq_base_swa(LOCAL_THETA)
        writer.add_final_logit_softcapping(SOFTCAP)
    names = gguf.get_tensor_name_map(architecture, LAYERS[name])
    for key, values in parameters.items():
        writer.add_tensor(names.get_name(key, (".weight",)), converted(name, key, values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    numbers = numpy.random.default_rng(SEED)
    record = {"made": made_by("make_family_gguf.py", SEED, gguf="0.19.0"), "parameters": {}}
    for name in ARCHITECTURES:
        values = {
            key: numbers.integers(-(2**12), 2**12, shape).astype(numpy.float32) / 1024
            for key, shape in shapes(name).items()
        }
        write(name, values)
        # All numbers of a parameter on one line.
        record["parameters"][name] = {key: value.flatten() for key, value in values.items()}
    write_golden("gguf-layouts/families.json", record)
