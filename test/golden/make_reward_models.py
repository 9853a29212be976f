"""Makes tiny random reward models as transformers saves them, and the scores that it gives.

    python test/golden/make_reward_models.py

Each folder of `reward-models/` holds config.json, model.safetensors and golden.json. Scores are computed in float64 from
the float32 weights on disk, in one padded batch, as a user of transformers would. The padding of `gpt2` has the id of
the end token, so transformers reads its scores one token earlier.
"""

import torch
import transformers
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification

from golden_io import HERE, made_by, write_golden
from toy_tokenizer import VOCABULARY_SIZE

SEED = 20261127
END = 2

LLAMA = dict(
    vocab_size=VOCABULARY_SIZE,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    bos_token_id=1,
    eos_token_id=END,
    pad_token_id=0,
)
GPT2 = dict(
    vocab_size=VOCABULARY_SIZE,
    n_embd=16,
    n_layer=2,
    n_head=4,
    n_positions=128,
    bos_token_id=1,
    eos_token_id=END,
    pad_token_id=END,
)

MODELS = {
    "llama": ("sequence", "llama", dict(LLAMA, tie_word_embeddings=False)),
    "qwen2": ("sequence", "qwen2", dict(LLAMA, tie_word_embeddings=True)),
    "gpt2": ("sequence", "gpt2", GPT2),
    "llama-tokens": ("token", "llama", dict(LLAMA, tie_word_embeddings=False)),
    "gpt2-tokens": ("token", "gpt2", GPT2),
}
CLASSES = {"sequence": AutoModelForSequenceClassification, "token": AutoModelForTokenClassification}


def write_model(name, seed):
    kind, model_type, settings = MODELS[name]
    config = AutoConfig.for_model(model_type, num_labels=1, **settings)
    model = CLASSES[kind].from_config(config, dtype=torch.float32)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if parameter_name in ("score.bias", "classifier.bias"):
                parameter.zero_()
                continue
            is_norm = parameter.dim() == 1 and parameter_name.endswith("weight")
            parameter.copy_(0.3 * torch.randn(parameter.shape) + (1.0 if is_norm else 0.0))
    model.save_pretrained(HERE / "reward-models" / name)


def golden(name, generator):
    kind, _, _ = MODELS[name]
    model = CLASSES[kind].from_pretrained(HERE / "reward-models" / name, dtype=torch.float64).eval()
    ids = lambda count: torch.randint(3, VOCABULARY_SIZE, (count,), generator=generator).tolist()
    # Three that end, one that was cut off, and an empty one.
    rows = [(ids(7), [*ids(5), END]), (ids(3), [*ids(9), END]), (ids(11), ids(4)), (ids(4), [END]), (ids(2), [*ids(1), END])]
    texts = [query + response for query, response in rows]
    width = max(map(len, texts))
    padding = model.config.pad_token_id
    batch = torch.tensor([text + [padding] * (width - len(text)) for text in texts])
    mask = torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts])
    with torch.no_grad():
        logits = model(input_ids=batch, attention_mask=mask).logits
    answers = []
    for (query, response), own, text in zip(rows, logits, texts):
        scores = own[0] if kind == "sequence" else own[len(query) : len(text), 0]
        answers.append({"query": query, "response": response, "score" if kind == "sequence" else "rewards": scores})
    return answers


def main():
    for index, name in enumerate(MODELS):
        write_model(name, SEED + index)
        generator = torch.Generator().manual_seed(SEED + index)
        made = made_by(
            "make_reward_models.py", SEED + index, torch=torch.__version__, transformers=transformers.__version__
        )
        write_golden(f"reward-models/{name}/golden.json", {"made": made, "rows": golden(name, generator)})


main()
