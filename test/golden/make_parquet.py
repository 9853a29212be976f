"""Writes Parquet files and the rows that they contain, as JSON, with pyarrow.

Run: python test/golden/make_parquet.py   (needs pyarrow; writes to test/golden/parquet)
"""

import datetime
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent / "parquet"
N = 40


def rows(first, count):
    """Rows as JSON has them: the values that a reader must give."""
    return [
        {
            "prompt": f"Which bridge is number {i}? 🌉",
            "rejected": f"Bridge {i} are long.",
            "edited": None if i % 5 == 4 else f"Bridge {i} is long.",
            "messages": [
                {"role": "user", "content": f"Question {i}\nwith a naïve line"},
                {"role": "assistant", "content": f"Answer {i}"},
            ],
            "id": str(2**53 + i) if i % 2 else i,
            "score": None if i % 3 == 0 else i / 8,
            "good": i % 2 == 0,
            "tags": [f"t{k}" for k in range(i % 3)],
            "group": "ab"[i % 2],
            "nested": {"deep": [[i], []], "none": None},
            "when": f"2024-05-06T07:08:{i:02d}.000Z",
        }
        for i in range(first, first + count)
    ]


def table(records):
    message = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    nested = pa.struct([("deep", pa.list_(pa.list_(pa.int64()))), ("none", pa.string())])
    column = lambda name: [record[name] for record in records]
    scores = [float("nan") if score is None else score for score in column("score")]
    when = [datetime.datetime.fromisoformat(text[:-1]) for text in column("when")]
    return pa.table(
        {
            "prompt": column("prompt"),
            "rejected": pa.array([text.encode() for text in column("rejected")], pa.binary()),
            "edited": pa.array(column("edited"), pa.string()),
            "messages": pa.array(column("messages"), message),
            "id": pa.array([int(value) for value in column("id")], pa.int64()),
            "score": pa.array(scores, pa.float64()),
            "good": column("good"),
            "tags": pa.array(column("tags"), pa.list_(pa.string())),
            "group": pa.array(column("group")).dictionary_encode(),
            "nested": pa.array(column("nested"), nested),
            "when": pa.array(when, pa.timestamp("us")),
            "image": pa.array([b"\xff\xd8\xff" + bytes([i]) for i in range(len(records))], pa.binary()),
        }
    )


def main():
    FOLDER.mkdir(exist_ok=True)
    records = rows(0, N)
    whole = table(records)
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        pq.write_table(whole, FOLDER / f"{codec}.parquet", compression=codec, row_group_size=15)
    pq.write_table(
        whole.drop_columns(["group"]),
        FOLDER / "pages-v2.parquet",
        compression="zstd",
        data_page_version="2.0",
        use_dictionary=False,
        column_encoding={
            "prompt": "DELTA_BYTE_ARRAY",
            "edited": "DELTA_LENGTH_BYTE_ARRAY",
            "id": "DELTA_BINARY_PACKED",
            "score": "BYTE_STREAM_SPLIT",
        },
    )
    shards = FOLDER / "shards"
    shards.mkdir(exist_ok=True)
    small = ["prompt", "rejected", "edited"]
    for name, first, count in [("train-00000-of-00002", 0, 6), ("train-00001-of-00002", 6, 5), ("test-00000-of-00001", 11, 3)]:
        pq.write_table(table(rows(first, count)).select(small), shards / f"{name}.parquet")
    pq.write_table(whole.slice(0, 0), FOLDER / "no-rows.parquet")
    (FOLDER / "rows.json").write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
