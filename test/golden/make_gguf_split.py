"""Makes gguf-split/: llama-tied.gguf in parts, as the PyPI package gguf splits a model (and llama.cpp's gguf-split).

    python test/golden/make_gguf.py && python test/golden/make_gguf_split.py

The values are those of llama-tied.gguf, which the test compares with.
"""

import gguf
from golden_io import HERE

TENSORS_PER_PART = 8
ARRAYS = gguf.GGUFValueType.ARRAY


def copy_metadata(reader, writer):
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == gguf.Keys.General.ARCHITECTURE:
            continue
        kind, *inner = field.types
        writer.add_key_value(field.name, field.contents(), kind, inner[0] if kind == ARRAYS else None)


def make():
    reader = gguf.GGUFReader(HERE / "llama-tied.gguf")
    folder = HERE / "gguf-split"
    folder.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(folder / "llama-tied.gguf", "llama", split_max_tensors=TENSORS_PER_PART)
    copy_metadata(reader, writer)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    for path in sorted(folder.iterdir()):
        keys = [name for name in gguf.GGUFReader(path).fields if name.startswith("split.")]
        print(path.name, path.stat().st_size, keys)


if __name__ == "__main__":
    make()
