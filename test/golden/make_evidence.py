"""Makes evidence.json: reference values for the statistics of electron/pipeline/judge that say what a result shows.

Run: pip install numpy==2.4.6 scipy==1.18.1 statsmodels==0.15.0 scikit-learn==1.9.1 ppi-python==0.2.3 && python3 test/golden/make_evidence.py
The confidence sequence needs confseq 0.0.11; where its extension does not build, the Python files of its source on
PYTHONPATH are enough (with the package multiprocess).
"""

import json
import re
import platform
from pathlib import Path

import numpy as np
import ppi_py
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy.optimize import linprog
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests

# confseq 0.0.11 names a type that NumPy 2 has removed.
np.float_ = np.float64
from confseq.betting import betting_cs, betting_mart  # noqa: E402

SEED = 7


def is_separated(features: np.ndarray, targets: np.ndarray) -> bool:
    """Konis (2007): a linear program finds a direction that tells 0 from 1, at least for one row strictly."""
    signs = 2 * targets - 1
    sure = np.abs(signs) == 1
    z = features[sure] * signs[sure][:, None]
    # A target strictly between 0 and 1 allows no direction along its features.
    fixed = features[~sure]
    result = linprog(
        -z.sum(axis=0) if len(z) else np.zeros(features.shape[1]),
        A_ub=-z if len(z) else None,
        b_ub=np.zeros(len(z)) if len(z) else None,
        A_eq=fixed if len(fixed) else None,
        b_eq=np.zeros(len(fixed)) if len(fixed) else None,
        bounds=[(-1, 1)] * features.shape[1],
        method="highs",
    )
    assert result.status == 0, result.message
    return bool(-result.fun > 1e-7)


def separations(rng: np.random.Generator) -> list[dict]:
    rows = []
    for i in range(60):
        n = int(rng.integers(3, 25))
        x = np.round(rng.normal(0, 1, n), 2)
        if i % 4 == 0:
            x = rng.integers(-1, 2, n).astype(float)
        others = [np.round(rng.normal(0, 1, n), 2)] if i % 3 == 0 else []
        features = np.column_stack([np.ones(n), x, *others])
        noise = [0.0, 0.3, 1.0][i % 3] if i % 2 else 0.6
        targets = (x + rng.normal(0, noise + 1e-12, n) > 0).astype(float)
        if i % 5 == 0:
            targets[rng.integers(n)] = 0.5
        rows.append(
            {"features": features.tolist(), "targets": targets.tolist(), "separated": is_separated(features, targets)}
        )
    return rows


def concordances(rng: np.random.Generator) -> list[dict]:
    """Each pair as a won row of weight `preference` and a lost row of the rest."""
    rows = []
    for n in [20, 90]:
        difference = np.round(rng.normal(0, 8, n))
        preference = np.round(1 / (1 + np.exp(-difference / 6 + rng.normal(0, 1, n))), 3)
        value = roc_auc_score(
            np.r_[np.ones(n), np.zeros(n)],
            np.r_[difference, difference],
            sample_weight=np.r_[preference, 1 - preference],
        )
        rows.append({"differences": difference.tolist(), "preferences": preference.tolist(), "concordance": value})
    return rows


def sign_test_powers() -> list[dict]:
    rows = []
    for n, share in [(5, 0.9), (6, 0.9), (30, 0.75), (100, 0.6386), (307, 0.58), (512, 0.5617), (805, 0.5)]:
        wins = np.arange(n + 1)
        found = np.array([stats.binomtest(int(k), n, 0.5).pvalue <= 0.05 for k in wins])
        rows.append({"n": n, "winShare": share, "power": float(stats.binom.pmf(wins, n, share)[found].sum())})
    return rows


def holms(rng: np.random.Generator) -> list[dict]:
    cases = [[0.03], [0.01, 0.04, 0.03], [0.5, 0.5, 0.9], [1e-9, 1.0, 0.02, 0.02, 0.2], rng.beta(0.4, 1, 12).tolist()]
    return [{"p": case, "adjusted": multipletests(case, method="holm")[1].tolist()} for case in cases]


def corrected_rates(rng: np.random.Generator) -> list[dict]:
    rows = []
    for n, others, noise in [(30, 300, 0.2), (60, 200, 0.6), (40, 45, 1.0), (25, 400, 0.0), (50, 150, -0.5)]:
        human = rng.choice([0, 0.5, 1], n + others, p=[0.3, 0.2, 0.5])
        judge = np.where(rng.random(n + others) < abs(noise), rng.choice([0, 0.25, 1], n + others), human)
        if noise < 0:
            judge = 1 - judge  # worse than chance: its weight is 0
        y, f, g = human[:n], judge[:n], judge[n:]
        # Both functions choose the power tuning themselves.
        point = ppi_py.ppi_mean_pointestimate(y, f, g)
        low, high = ppi_py.ppi_mean_ci(y, f, g, alpha=0.05)
        rows.append(
            {
                "human": y.tolist(),
                "judge": f.tolist(),
                "others": g.tolist(),
                "winRate": 100 * float(point[0]),
                "low": 100 * float(low[0]),
                "high": 100 * float(high[0]),
            }
        )
    return rows


def sequences(rng: np.random.Generator) -> list[dict]:
    """Capital at some means, and the interval on confseq's grid of 1/1000, widened by a step as it does."""
    rows = []
    for n, p in [(1, [0, 0, 1]), (12, [0, 0, 1]), (40, [0.3, 0.2, 0.5]), (150, [0.2, 0.2, 0.6]), (200, [0.45, 0.1, 0.45])]:
        x = rng.choice([0, 0.5, 1], n, p=p)
        capital = {
            str(m): {
                side: betting_mart(x, m, alpha=0.025, theta=theta).tolist()[-1]
                for side, theta in [("higher", 1), ("lower", 0)]
            }
            for m in [0.1, 0.5, 0.8]
        }
        low, high = betting_cs(x, alpha=0.05, running_intersection=True)
        rows.append({"values": x.tolist(), "capital": capital, "low": 100 * low[-1], "high": 100 * high[-1]})
    return rows


STYLED = [
    "# Title\n\nSome **bold** text and __more__.\n- one\n* two\n + three\n1. first\n  12. second\n",
    "plain text, no * list, #hashtag, **not\nbold**",
    "",
    "```python\n# comment\n- x\n```\n## Real\n- y\n\n\n  - nested **b**\n",
    "###### six\n####### seven\n#\ttab\n-no space\n1.no\n__init__ __all__",
    "🙂🙂 **ünïcode**\r\n- item\r\n",
    "\n\n- after blank lines\n1. one\n",
]


def style(text: str) -> list[int]:
    """Arena-Hard's counts, by its patterns, with code blocks removed first; the length in characters."""
    prose = re.sub(r"```[^`]*```", "", text)
    find = lambda pattern: len(re.findall(pattern, prose, re.MULTILINE))  # noqa: E731
    headers = sum(find(r"^#{%d}\s" % level) for level in range(1, 7))
    lists = find(r"^\s*\d+\.\s") + find(r"^\s*[-*+]\s")
    bold = find(r"\*\*[^*\n]+\*\*") + find(r"__[^_\n]+__")
    return [len(text), headers, lists, bold]


def styled_rates(rng: np.random.Generator) -> list[dict]:
    """statsmodels' GLM on differences over sums, each over its deviation; the rate is that of the constant."""
    rows = []
    for n, headers in [(120, True), (300, False)]:
        texts = [
            [
                ("# H\n" * int(headers and rng.integers(0, 3)))
                + ("- item\n" * int(rng.integers(0, 4)))
                + ("**b** " * int(rng.integers(0, 3)))
                + "word " * int(rng.integers(5, 40))
                for _ in range(2)
            ]
            for _ in range(n)
        ]
        a, b = (np.array([style(pair[side]) for pair in texts], dtype=float) for side in (1, 0))
        total = a + b
        z = np.divide(a - b, total, out=np.zeros_like(a), where=total > 0)
        deviation = z.std(axis=0, ddof=1)
        z = z[:, deviation > 0] / deviation[deviation > 0]
        logit = 0.4 + 0.8 * z[:, 0] + 0.5 * z[:, -1] + rng.normal(0, 1, n)
        preference = np.round(1 / (1 + np.exp(-logit)), 3)
        preference[rng.random(n) < 0.4] = 1.0
        fit = sm.GLM(preference, np.column_stack([np.ones(n), z]), family=sm.families.Binomial()).fit(tol=1e-14)
        rate = 100 / (1 + np.exp(-fit.params[0]))
        rows.append({"texts": texts, "preferences": preference.tolist(), "rate": float(rate)})
    return rows


golden = {
    "made": {
        "script": "test/golden/make_evidence.py",
        "seed": SEED,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "statsmodels": statsmodels.__version__,
            "scikit-learn": sklearn.__version__,
            "ppi-python": "0.2.3",
            "confseq": "0.0.11",
        },
    },
    "separations": separations(np.random.default_rng([SEED, 1])),
    "concordances": concordances(np.random.default_rng([SEED, 2])),
    "signTestPowers": sign_test_powers(),
    "styles": [{"text": text, "style": style(text)} for text in STYLED],
    "styledRates": styled_rates(np.random.default_rng([SEED, 6])),
    "correctedRates": corrected_rates(np.random.default_rng([SEED, 4])),
    "sequences": sequences(np.random.default_rng([SEED, 5])),
    "holm": holms(np.random.default_rng([SEED, 3])),
}
Path(__file__).with_name("evidence.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")
