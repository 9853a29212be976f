"""GGUF, read and written, against llama.cpp's Python package `gguf` and, where it is installed, llama-cpp-python.

Prints one JSON line per row: {"row", "ok", "detail"}.

    python test/interop/check_gguf.py

Read: a file with random blocks of each type; every value has to be bit for bit what gguf-py decodes, or the refusal has
to name the type, the tensor and the command that converts it. Written: golden models through `stet export-model`;
every tensor that `GGUFReader` finds has to be bit for bit what gguf-py makes of the Hugging Face weights.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import gguf
import numpy
from gguf import GGMLQuantizationType as Type
from safetensors.numpy import load_file
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "test" / "golden"
TENSOR = "blk.0.ffn_up.weight"
READ = "F32 F16 BF16 F64 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS".split()
REFUSED = "Q8_K IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S IQ1_S IQ1_M TQ1_0 TQ2_0 MXFP4 I8 I16 I32".split()
WRITTEN = ["BF16", "F16", "Q8_0"]
MODELS = {
    "llama-tied": gguf.MODEL_ARCH.LLAMA,
    "llama-untied": gguf.MODEL_ARCH.LLAMA,
    "llama3-rope": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "gpt2": gguf.MODEL_ARCH.GPT2,
}


def report(row, ok, detail):
    print(json.dumps({"row": row, "ok": bool(ok), "detail": detail}), flush=True)


def node(script, *arguments):
    command = ["node", str(ROOT / "native/bootstrap.mjs"), str(ROOT / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def stet(*arguments):
    return node("electron/host/entry/cli/main.ts", *arguments)


def random_blocks(kind, generator):
    """Blocks whose decoded values are finite: random bytes, drawn again where they are not."""
    block_size, block_bytes = gguf.GGML_QUANT_SIZES[kind]
    raw = generator.integers(0, 256, (64, block_bytes * max(1, 256 // block_size)), dtype=numpy.uint8)
    if kind.name not in READ:
        return raw
    for _ in range(200):
        bad = ~numpy.isfinite(decoded(raw, kind)).reshape(len(raw), -1).all(axis=1)
        if not bad.any():
            break
        raw[bad] = generator.integers(0, 256, (int(bad.sum()), raw.shape[1]), dtype=numpy.uint8)
        if kind.name in ("F32", "F16", "BF16", "F64"):
            raw[bad] &= 0x3F
    return raw


def decoded(raw, kind):
    with numpy.errstate(all="ignore"):
        if kind == Type.F64:
            return raw.view(numpy.float64).astype(numpy.float32)
        return gguf.quants.dequantize(raw, kind)


def check_reading(folder):
    generator = numpy.random.default_rng(5)
    kinds = [Type[name] for name in READ + REFUSED]
    files, hashes = [], {}
    for kind in kinds:
        raw = random_blocks(kind, generator)
        files.append(folder / f"{kind.name}.gguf")
        writer = gguf.GGUFWriter(files[-1], "llama")
        writer.add_tensor(TENSOR, raw, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        if kind.name in READ:
            hashes[kind.name] = hashlib.sha256(decoded(raw, kind).tobytes()).hexdigest()
    lines = node("test/interop/gguf.ts", *files).stdout.splitlines()
    for kind, line in zip(kinds, lines, strict=True):
        answer, name = json.loads(line), kind.name
        if name in READ:
            same = answer.get("tensors", {}).get(TENSOR) == hashes[name]
            report(f"read {name}", same, answer.get("error") or "bit for bit as gguf-py decodes it")
        else:
            error = answer.get("error", "")
            named = all(word in error for word in [name, TENSOR, "llama-quantize"])
            report(f"read {name}", named, f"refused: {error.partition(';')[0]}".replace(f"{folder}/", ""))


def interleaved(weight, heads):
    """Row order of llama.cpp: the two halves of a head that rotate together become neighbours."""
    rest = weight.shape[1:]
    return weight.reshape(heads, 2, -1, *rest).swapaxes(1, 2).reshape(weight.shape)


def expected_tensors(model, architecture, numbers):
    config = json.loads((model / "config.json").read_text())
    weights = {name: value for file in sorted(model.glob("*.safetensors")) for name, value in load_file(file).items()}
    layers = config.get("num_hidden_layers") or config.get("n_layer")
    names = gguf.get_tensor_name_map(architecture, layers)
    heads = {"q_proj": config.get("num_attention_heads"), "k_proj": config.get("num_key_value_heads")}
    expected = {}
    for name, value in weights.items():
        value = value.astype(numpy.float32)
        turned = next((count for part, count in heads.items() if part in name), None)
        if architecture == gguf.MODEL_ARCH.LLAMA and turned:
            value = interleaved(value, turned)
        if any(name.endswith(part) for part in ("c_attn.weight", "c_proj.weight", "c_fc.weight")):
            value = numpy.ascontiguousarray(value.T)
        stored = names.get_name(name, try_suffixes=(".weight", ".bias"))
        kind = Type[numbers]
        if value.ndim == 1 or stored == "position_embd.weight":
            kind = Type.F32
        elif value.shape[-1] % gguf.GGML_QUANT_SIZES[kind][0] != 0:
            kind = Type.F16
        expected[stored] = (kind, gguf.quants.quantize(value, kind))
    return expected


def differences(file, expected):
    """What GGUFReader finds that is not as expected."""
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(file).tensors}
    extra = set(tensors) - set(expected) - {"rope_freqs.weight"}
    wrong = [f"{name} is not expected" for name in extra]
    for name, (kind, raw) in expected.items():
        tensor = tensors.get(name)
        if tensor is None:
            wrong.append(f"{name} is missing")
        elif tensor.tensor_type != kind:
            wrong.append(f"{name} is {tensor.tensor_type.name}, not {kind.name}")
        elif tensor.data.tobytes() != raw.tobytes():
            wrong.append(f"{name} has other values")
    return wrong


def with_tokenizer(name, folder):
    """The golden models share one tokenizer, which lies with one of them."""
    model = folder / name
    shutil.copytree(GOLDEN / name, model)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(GOLDEN / "llama-tied" / file, model / file)
    return model


def check_writing(folder):
    project = folder / "out.stet"
    stet("init", project)
    files = {}
    for name, architecture in MODELS.items():
        model = with_tokenizer(name, folder)
        for numbers in WRITTEN:
            out = folder / f"{name}-{numbers}.gguf"
            ended = stet("export-model", project, model, "--format", "gguf", "--numbers", numbers, "--out", out)
            if ended.returncode != 0:
                report(f"write {name} as {numbers}", False, ended.stderr.strip())
                continue
            expected = expected_tensors(model, architecture, numbers)
            wrong = differences(out, expected)
            detail = "; ".join(wrong) or f"{len(expected)} tensors bit for bit as gguf-py quantises them"
            report(f"write {name} as {numbers}", not wrong, detail)
            files[name, numbers] = out
    return files


def check_llama_cpp(files):
    """The logits of llama.cpp itself on a written file beside the golden ones of PyTorch, and its tokens."""
    try:
        import llama_cpp
    except ImportError:
        report("llama-cpp-python", True, "not installed, so not checked")
        return
    for (name, numbers), file in files.items():
        if numbers != "F16":
            continue
        golden = json.loads((GOLDEN / name / "golden.json").read_text())
        mask = golden["attentionMask"][0]
        ids = [token for token, keep in zip(golden["inputIds"][0], mask) if keep]
        model = llama_cpp.Llama(str(file), logits_all=True, n_ctx=len(ids) + 8, verbose=False)
        model.eval(ids)
        logits = numpy.array(model.scores[: len(ids)])
        wanted = numpy.array(golden["logits"][0])
        error = float(abs(logits - wanted).max() / abs(wanted).max())
        tokenizer = Tokenizer.from_file(str(GOLDEN / "llama-tied" / "tokenizer.json"))
        text = "the cat's hat is on the mat,  and the 12 rats\n\nran"
        same = model.tokenize(text.encode(), add_bos=False) == tokenizer.encode(text, add_special_tokens=False).ids
        tokens = "equal" if same else "other"
        detail = f"logits within {error:.1e} of PyTorch's float32, {tokens} tokens"
        report(f"llama.cpp opens {name} as F16", error < 1e-2 and same, detail)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        check_reading(Path(temporary))
        check_llama_cpp(check_writing(Path(temporary)))
