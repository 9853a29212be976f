"""Makes text-metrics.json: sentence and corpus chrF2, TER and BLEU of short texts, from sacrebleu.

Run: pip install sacrebleu==2.6.0 && python3 test/golden/make_text_metrics.py
"""

import json
import platform
import random
from pathlib import Path

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

SEED = 11
rng = random.Random(SEED)

WORDS = (
    "the ferry leaves harbour at seven , and returns before noon ; tickets cost 4.50 ( children free ) . "
    "It's well-known that 1,200 boats don't sail on Sundays - Mr. Ås & co. say \"no\" …"
).split()

FIXED = [
    ("", ["The ferry leaves at 7."]),
    ("The ferry leaves at 7.", [""]),
    ("", [""]),
    ("   \n ", ["a"]),
    ("a", ["a"]),
    ("ab", ["abc"]),
    ("The ferry leaves at 7.", ["The ferry leaves at 7."]),
    ("the FERRY leaves at 7", ["The ferry leaves at 7."]),
    ("At seven the ferry leaves.", ["The ferry leaves at seven."]),
    ("seven at leaves ferry the", ["the ferry leaves at seven"]),
    ("a b c d e f g", ["d e f g a b c"]),
    ("a b c a b c a b c", ["c b a c b a c b a"]),
    ("Costs 1,200.50 euros (3-4 days); it's &amp;lt; 5 &quot;only&quot; - see p.3.", ["It costs 1,200.5 euros: 3-4 days, < 5 \"only\"; see page 3."]),
    ("line one-\ntwo\nthree <skipped> four", ["line onetwo three four"]),
    ("日本語のテキスト😀です", ["日本語の文章😀です。"]),
    ("tab\tand\u00a0no-break\u2003space\x1cend\x85x\ufeffy", ["tab and no-break space end x\ufeffy"]),
    ("İstanbul ΟΔΟΣ straße", ["istanbul οδος STRASSE"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("ferries go daily", ["the ferry goes every day", "ferries go daily .", "boats sail"]),
    ("one two three four five", ["one two three four", "one two three four five six"]),
]


def edited(words: list[str]) -> list[str]:
    """Some random deletions, insertions, substitutions and moved parts."""
    out = list(words)
    for _ in range(rng.randint(1, 1 + len(words) // 4)):
        place = rng.randrange(len(out) + 1)
        kind = rng.choice(["delete", "insert", "substitute", "move", "move"])
        if kind == "insert":
            out.insert(place, rng.choice(WORDS))
        elif kind == "move":
            size = rng.randint(1, 12)
            part, out = out[place : place + size], out[:place] + out[place + size :]
            to = rng.randrange(len(out) + 1)
            out[to:to] = part
        elif place < len(out):
            out[place : place + 1] = [] if kind == "delete" else [rng.choice(WORDS)]
    return out


def random_rows() -> list[tuple[str, list[str]]]:
    rows = []
    for length in [1, 2, 3, 5, 8, 12, 12, 20, 20, 30, 40, 60, 90]:
        words = [rng.choice(WORDS) for _ in range(length)]
        references = [" ".join(edited(words)) for _ in range(rng.choice([1, 1, 1, 3]))]
        rows.append((" ".join(words), references))
    # Many equal words, so that the limit on tried shifts is reached.
    rows.append((" ".join(rng.choice("abc") for _ in range(60)), [" ".join(rng.choice("abcd") for _ in range(55))]))
    # A reference so much longer that the beam must be widened, and one so much shorter.
    long = [rng.choice(WORDS) for _ in range(150)]
    rows.append((" ".join(long[:2]), [" ".join(long)]))
    rows.append((" ".join(long), [" ".join(long[70:75])]))
    return rows


def main() -> None:
    rows = FIXED + random_rows()
    sentence = {"chrf": CHRF(), "ter": TER(), "bleu": BLEU(effective_order=True)}
    corpus = {"chrf": CHRF(), "ter": TER(), "bleu": BLEU()}
    tokenizer = Tokenizer13a()
    width = max(len(references) for _, references in rows)
    # sacrebleu takes a missing reference as None.
    columns = [[refs[i] if i < len(refs) else None for _, refs in rows] for i in range(width)]
    texts = [text for text, _ in rows]
    golden = {
        "made": {
            "script": "test/golden/make_text_metrics.py",
            "seed": SEED,
            "versions": {"python": platform.python_version(), "sacrebleu": sacrebleu.__version__},
            "signatures": {},
        },
        "sentences": [
            {
                "text": text,
                "references": references,
                "tokens13a": tokenizer(text.rstrip()).split(),
                **{name: metric.sentence_score(text, references).score for name, metric in sentence.items()},
            }
            for text, references in rows
        ],
        "corpus": {name: metric.corpus_score(texts, columns).score for name, metric in corpus.items()},
        # The first two texts are too short for 4-grams.
        "shortCorpus": {name: metric.corpus_score(["a b", "a"], [["a b", "b"]]).score for name, metric in corpus.items()},
    }
    golden["made"]["signatures"] = {name: str(metric.get_signature()) for name, metric in corpus.items()}
    path = Path(__file__).with_name("text-metrics.json")
    path.write_text(json.dumps(golden, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")


main()
