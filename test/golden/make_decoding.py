"""Makes test/golden/decoding/*.json: tokenizers whose byte tokens, added tokens and decoders are unlike those of
make_tokenizer.py, with ids, offsets and decoded texts of random texts and of random ids, by the tokenizers library;
large.json, ids by a tokenizer of 262,144 tokens that test and script build by the same rule;
and unicode.json, hashes of normal forms.

    python -m venv V && V/bin/pip install tokenizers==0.23.3 transformers==5.23.0 sentencepiece==0.2.3 protobuf==7.36.2
    V/bin/python test/golden/make_decoding.py
"""

import hashlib
import json
import platform
import random
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

from make_tokenizer import bare, byte_level, llama_decoder, sentencepiece_bpe, special, train_sentencepiece, utf16

OUT = Path(__file__).parent / "decoding"

FRAGMENTS = [
    *"aeto.,é ",
    *["  ", "   ", "▁", "▁▁", "\t", "\n", "\n\n", " the", "editor", "été", "编", "\u01c5", "\U0001d518", "😀", "👩‍👧"],
    *["<tool>", "<n>", "<|blank_2|>", "x y", "<0x41>", "<0xC3>", "<0x+A>", "e\u0301", "\u08cf", "[gMASK]", "\u0000"],
]


def without_bytes(tokenizer, missing):
    """The tokenizer without the tokens of some bytes: as in Gemma, a character has its own token instead."""
    state = json.loads(tokenizer.to_str())
    vocab = state["model"]["vocab"]
    for byte, character in missing.items():
        vocab[character] = vocab.pop(f"<0x{byte:02X}>")
    return Tokenizer.from_str(json.dumps(state))


def plain(content, **options):
    return AddedToken(content, special=False, **{"normalized": False, **options})


def gemma(proto):
    tokenizer = without_bytes(sentencepiece_bpe(proto), {0x09: "\t", 0x0A: "\n"})
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = llama_decoder(strip=False)
    tokenizer.add_tokens([plain("▁▁"), plain("▁▁▁"), plain("\n\n"), plain("<tool>")])
    return tokenizer


def few_bytes(fuse):
    """Most characters beyond ASCII have a byte without a token, so that they are unknown."""

    def make(proto):
        state = json.loads(sentencepiece_bpe(proto).to_str())
        state["model"]["fuse_unk"] = fuse
        tokenizer = Tokenizer.from_str(json.dumps(state))
        tokenizer = without_bytes(tokenizer, {0xC7: "\u01c6", 0xF0: "\u01c7", 0xE2: "\u01c8"})
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.decoder = llama_decoder(strip=False)
        return tokenizer

    return make


def chatglm(proto):
    """Added tokens that begin a text, and a decoder that strips the first space whatever the first token is."""
    tokenizer = sentencepiece_bpe(proto)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = llama_decoder()
    tokenizer.add_tokens([plain("[gMASK]"), plain("<n>"), plain("<|blank_2|>"), plain("▁▁"), plain("x y", normalized=True)])
    return tokenizer


def metaspace(scheme):
    def make(proto):
        tokenizer = sentencepiece_bpe(proto)
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)
        tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme=scheme)])
        tokenizer.add_tokens([plain("<n>"), plain("▁▁"), plain("  ", lstrip=True)])
        return tokenizer

    return make


def unigram_few_bytes(proto):
    vocab = [(piece.piece, piece.score) for piece in proto.pieces]
    vocab = [(piece if piece not in ("<0xC7>", "<0xF0>") else f"{piece}?", score) for piece, score in vocab]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=0, byte_fallback=True))
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="always")])
    tokenizer.add_tokens([plain("<n>"), plain("▁▁")])
    return tokenizer


def byte_level_added(_):
    """Added tokens whose characters are also characters of byte-level BPE."""
    tokenizer = byte_level(bare(), ["<|endoftext|>"])
    tokenizer.add_tokens([plain("été"), plain("<n>"), plain("x y"), plain("Ġthe")])
    return tokenizer


def composed(_):
    tokenizer = byte_level(bare(), ["<|endoftext|>"])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_tokens([plain("e\u0301x", normalized=True), plain("<n>")])
    return tokenizer


def strips(proto):
    tokenizer = sentencepiece_bpe(proto)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    steps = [decoders.Replace("▁", " "), decoders.Strip(" ", 2, 0), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*steps, decoders.Strip("e", 1, 0)])
    return tokenizer


def text_cases(tokenizer, rng, count):
    for _ in range(count):
        text = "".join(rng.choice(FRAGMENTS) for _ in range(rng.randrange(1, 9)))
        encoding = tokenizer.encode(text, add_special_tokens=False)
        decoded = tokenizer.decode(encoding.ids, skip_special_tokens=False)
        yield dict(text=text, ids=encoding.ids, offsets=utf16(text, encoding.offsets), decoded=decoded)


def id_cases(tokenizer, rng, count):
    """Random ids: with many bytes, so that some runs are text and some are not."""
    size = tokenizer.get_vocab_size()
    for i in range(count):
        limit = size if i % 2 else min(size, 262)
        ids = [rng.randrange(limit) for _ in range(rng.randrange(1, 9))]
        ids += rng.sample(range(size - 6, size), rng.randrange(3))
        rng.shuffle(ids)
        shown = tokenizer.decode(ids, skip_special_tokens=False)
        yield dict(ids=ids, decoded=shown, withoutSpecial=tokenizer.decode(ids, skip_special_tokens=True))


def write(name, content):
    made = dict(
        script="test/golden/make_decoding.py",
        seed=20,
        versions=dict(python=platform.python_version(), tokenizers=tokenizers.__version__),
    )
    OUT.mkdir(exist_ok=True)
    text = json.dumps(dict(made=made, **content), ensure_ascii=False, separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text + "\n", "utf-8")


def golden(name, tokenizer, eos):
    rng = random.Random(20)
    definition = json.loads(tokenizer.to_str())
    tokenizer.encode_special_tokens = True
    texts = list(text_cases(tokenizer, rng, 80))
    ids = list(id_cases(tokenizer, rng, 80))
    write(name, dict(definition=definition, config=dict(eos_token=eos), texts=texts, ids=ids))


def large_definition():
    """262,144 tokens: bytes, 64 characters, all their pairs, most triples; each triple is made in both ways."""
    characters = "▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789."
    specials = ["<pad>", "<eos>", "<bos>", "<unk>"]
    numbers = [f"<0x{byte:02X}>" for byte in range(256) if byte not in (0x09, 0x0A)]
    tokens = [*specials, *numbers, "\t", "\n", *characters]
    merges = []
    for i in range(4096):
        left, right = characters[i // 64], characters[i % 64]
        tokens.append(left + right)
        merges.append([left, right])
    for i in range(262144 - len(tokens)):
        number = i * 40503 % 262144
        first, second, third = (characters[number // 4096], characters[number // 64 % 64], characters[number % 64])
        tokens.append(first + second + third)
        merges += [[first + second, third], [first, second + third]]
    added = [
        dict(id=i, content=each, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
        for i, each in enumerate(specials)
    ]
    steps = [dict(type="Replace", pattern=dict(String="▁"), content=" "), dict(type="ByteFallback"), dict(type="Fuse")]
    return dict(
        version="1.0",
        truncation=None,
        padding=None,
        added_tokens=added,
        normalizer=dict(type="Replace", pattern=dict(String=" "), content="▁"),
        pre_tokenizer=None,
        post_processor=None,
        decoder=dict(type="Sequence", decoders=steps),
        model=dict(
            type="BPE",
            dropout=None,
            unk_token="<unk>",
            continuing_subword_prefix=None,
            end_of_word_suffix=None,
            fuse_unk=True,
            byte_fallback=True,
            ignore_merges=False,
            vocab={token: i for i, token in enumerate(tokens)},
            merges=merges,
        ),
    )


def large():
    definition = large_definition()
    text = json.dumps(definition, ensure_ascii=False, separators=(",", ":"))
    tokenizer = Tokenizer.from_str(text)
    rng = random.Random(20)
    letters = "  etaoinshrdlu.THE0é\t\n编"
    texts = ["".join(rng.choice(letters) for _ in range(rng.randrange(1, 200))) for _ in range(40)]
    cases = [dict(text=each, ids=tokenizer.encode(each).ids) for each in texts]
    sizes = dict(tokens=len(definition["model"]["vocab"]), merges=len(definition["model"]["merges"]))
    write("large", dict(sha256=hashlib.sha256(text.encode()).hexdigest(), **sizes, cases=cases))


def unicode_forms():
    """SHA-256 of the normal forms of every character below U+20000: alone, and between a letter and a mark."""
    codes = [code for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    forms = {}
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        normalizer = getattr(normalizers, form)()
        digest = hashlib.sha256()
        for code in codes:
            for text in (chr(code), f"a{chr(code)}\u0301", f"a{chr(code)}\u0323"):
                digest.update(f"{normalizer.normalize_str(text)}\n".encode())
        forms[form] = digest.hexdigest()
    write("unicode", dict(forms=forms))


if __name__ == "__main__":
    bpe = train_sentencepiece("bpe", 420)
    for name, make in dict(
        gemma=gemma,
        few_bytes=few_bytes(True),
        few_bytes_unfused=few_bytes(False),
        chatglm=chatglm,
        metaspace_always=metaspace("always"),
        metaspace_never=metaspace("never"),
        strips=strips,
    ).items():
        golden(name, make(bpe), "</s>")
    golden("unigram_few_bytes", unigram_few_bytes(train_sentencepiece("unigram", 400)), "</s>")
    golden("byte_level_added", byte_level_added(None), "<|endoftext|>")
    golden("composed", composed(None), "<|endoftext|>")
    large()
    unicode_forms()
