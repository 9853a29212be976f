"""Makes lz4.json: bytes packed by the LZ4 library (through pyarrow) as raw blocks.

    python test/golden/make_lz4.py
"""

import base64
import hashlib

import numpy
import pyarrow

from golden_io import made_by, write_golden

SEED = 17


def texts(generator):
    """Runs, overlaps, long literals and long matches, incompressible bytes, and every length near the format's limits."""
    noise = generator.integers(0, 256, 1500, dtype=numpy.uint8).tobytes()
    words = [b"the cat ", b"sat ", b"on ", b"a mat. "]
    yield b"a"
    yield b"\x00" * 70000
    yield noise
    yield noise[:300] * 40 + noise[300:900]
    yield b"".join(words[i] for i in generator.integers(0, 4, 5000))
    yield b"ab" * 1000 + noise[:14] + b"abc" * 400
    for length in (*range(10, 30), 269, 270, 271, 9000):
        yield bytes(generator.integers(97, 99, length, dtype=numpy.uint8))


def main():
    generator = numpy.random.default_rng(SEED)
    blocks = []
    for raw in texts(generator):
        packed = pyarrow.compress(raw, codec="lz4_raw", asbytes=True)
        blocks.append({"size": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "packed": base64.b64encode(packed).decode()})
    write_golden(
        "lz4.json",
        {
            "made": made_by("make_lz4.py", SEED, pyarrow=pyarrow.__version__),
            "blocks": blocks,
        },
    )


if __name__ == "__main__":
    main()
