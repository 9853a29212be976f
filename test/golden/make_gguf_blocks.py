"""Makes gguf-blocks.json: blocks of GGUF's number formats, decoded and encoded by the PyPI package gguf.

    python test/golden/make_gguf_blocks.py

`decoded`: raw blocks with random quants and scales, the SHA-256 of the float32 values that they stand for, and the
values of the first block. `encoded`: float32 values, and the bytes of each format that Stet writes.
"""

import base64
import hashlib

import gguf
import numpy
from gguf import GGMLQuantizationType as Type

from golden_io import made_by, write_golden

SEED = 47
BLOCKS = 256
# Bytes at which a float16 scale or minimum starts; everything else in a block may be any bits.
HALVES = {
    Type.Q4_0: [0],
    Type.Q4_1: [0, 2],
    Type.Q5_0: [0],
    Type.Q5_1: [0, 2],
    Type.Q8_0: [0],
    Type.IQ4_NL: [0],
    Type.Q2_K: [80, 82],
    Type.Q3_K: [108],
    Type.Q4_K: [0, 2],
    Type.Q5_K: [0, 2],
    Type.Q6_K: [208],
    Type.IQ4_XS: [0],
}
# Zeros of both signs, the smallest and the largest subnormal, the smallest normal, one, the largest.
EXTREME_HALVES = [0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x83FF, 0x0400, 0x8400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF]


def random_halves(generator):
    """Any finite float16 of either sign, the extremes first."""
    bits = generator.integers(0, 1 << 16, 2 * BLOCKS, dtype=numpy.uint16)
    bits = bits[(bits & 0x7C00) != 0x7C00][:BLOCKS]
    bits[: len(EXTREME_HALVES)] = EXTREME_HALVES
    return generator.permutation(bits)


def random_blocks(kind, generator):
    raw = generator.integers(0, 256, (BLOCKS, gguf.GGML_QUANT_SIZES[kind][1]), dtype=numpy.uint8)
    raw[0], raw[1] = 0x00, 0xFF  # the smallest and the largest quants everywhere
    for at in HALVES[kind]:
        raw[:, at : at + 2] = random_halves(generator).view(numpy.uint8).reshape(BLOCKS, 2)
    return raw


def decoded(kind, generator):
    raw = random_blocks(kind, generator)
    values = gguf.quants.dequantize(raw, kind)
    assert values.dtype == numpy.float32 and numpy.isfinite(values).all()
    return {
        "ggmlType": int(kind),
        "blockSize": gguf.GGML_QUANT_SIZES[kind][0],
        "base64": base64.b64encode(raw.tobytes()).decode(),
        "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
        "first": values[0],
    }


def values_to_encode(generator):
    """Rows of 32 at scales from 1e-12 to 1e4; zeros; ties of float16, bfloat16 and Q8_0; both ends of the halves."""
    scales = 10.0 ** generator.uniform(-12, 4, (200, 1))
    rows = (generator.normal(0, 1, (200, 32)) * scales).astype(numpy.float32)
    ties = (numpy.arange(-496, 496, dtype=numpy.float32) / 4).reshape(-1, 32)
    ties[:, 0] = 127  # makes the scale of Q8_0 exactly one
    bits = generator.integers(0, 1 << 16, 32 * 20, dtype=numpy.uint32)
    bf16_ties = (((bits & 0x80FF) | 0x3F00) << 16 | 0x8000).view(numpy.float32).reshape(-1, 32)
    halves = (bits & 0x03FF).astype(numpy.float32).reshape(-1, 32) * 2.0**-25  # subnormal halves and their ties
    ends = numpy.zeros((3, 32), numpy.float32)
    ends[1, :6] = [65504, -65504, 65519, 65503, 6.1e-5, -5.9e-8]
    ends[2, :4] = [1e-45, -1e-42, 1e-39, 0]
    return numpy.concatenate([rows, ties, bf16_ties, halves, ends]).astype(numpy.float32)


def encoded(generator):
    values = values_to_encode(generator)
    assert numpy.isfinite(values).all() and abs(values).max() <= 65519
    # What a scale below the float32 normals divides to is undefined (1 / d is infinite), so that row is not Q8_0's.
    bytes_of = {
        kind.name: gguf.quants.quantize(values[:-1] if kind == Type.Q8_0 else values, kind)
        for kind in [Type.F16, Type.BF16, Type.Q8_0]
    }
    return {
        "values": base64.b64encode(values.tobytes()).decode(),
        **{name: base64.b64encode(raw.tobytes()).decode() for name, raw in bytes_of.items()},
    }


if __name__ == "__main__":
    numbers = numpy.random.default_rng(SEED)
    write_golden(
        "gguf-blocks.json",
        {
            "made": made_by("make_gguf_blocks.py", SEED, gguf="0.19.0"),
            "decoded": {kind.name: decoded(kind, numbers) for kind in HALVES},
            "encoded": encoded(numbers),
        },
    )
