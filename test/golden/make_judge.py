"""Makes judge.json: reference values for electron/pipeline/judge, from SciPy, statsmodels and scikit-learn.

Run: pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 scikit-learn==1.9.1 && python3 test/golden/make_judge.py
"""

import itertools
import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.power import normal_sample_size_one_tail

rng = np.random.default_rng(3)


def sign_tests() -> list[dict]:
    splits = [(0, 0), (5, 0), (7, 7), (60, 40), (3, 9), (512, 430), (2600, 2400), (1, 1200)]
    return [
        {"wins": w, "losses": l, "p": stats.binomtest(w, w + l, 0.5).pvalue if w + l else 1.0} for w, l in splits
    ]


def sample_size(difference: float, tie_rate: float) -> float:
    """Of verdicts in {0, 1/2, 1}, whose variance at an even split follows from the share of ties."""
    return sample_size_of((1 - tie_rate) / 4, difference)


def sample_size_of(null: float, difference: float) -> float:
    """Two-sided 5% level as one tail of 2.5%; `null` is a verdict's variance at an even split."""
    return normal_sample_size_one_tail(
        difference, 0.8, 0.025, std_null=null**0.5, std_alternative=(null - difference**2) ** 0.5
    )


def power() -> list[dict]:
    cases = [(20, 0.0), (128, 0.0), (512, 0.0), (512, 0.4), (805, 0.1), (5000, 0.75)]
    rows = []
    for n, tie_rate in cases:
        largest = (1 - tie_rate) / 2
        d = optimize.brentq(lambda d: sample_size(d, tie_rate) - n, 1e-4, largest - 1e-9)
        rows.append({"n": n, "tieRate": tie_rate, "difference": 100 * d, "needed": sample_size(0.05, tie_rate)})
    return rows


def bootstrap() -> list[dict]:
    samples = [rng.choice([0, 0.5, 1], n, p=p) for n, p in [(60, [0.3, 0.2, 0.5]), (400, [0.35, 0.3, 0.35])]]
    return [
        {"values": s.tolist(), "low": ci.low, "high": ci.high}
        for s in samples
        for ci in [
            stats.bootstrap(
                (s,), np.mean, method="percentile", n_resamples=40000, rng=np.random.default_rng(0)
            ).confidence_interval
        ]
    ]


def bradley_terry() -> dict:
    """A binomial GLM on differences of dummies, the last model as the base, turned to ratings that sum to zero."""
    models = ["a", "b", "c", "d"]
    strength = {"a": 0.0, "b": 0.4, "c": -0.3, "d": 0.9}
    games = []
    for a, b in itertools.combinations(models, 2):
        p = 1 / (1 + np.exp(strength[a] - strength[b]))
        games += [(a, b, x) for x in rng.choice([0, 0.5, 1], 40, p=[(1 - p) * 0.8, 0.2, p * 0.8])]
    design = np.array([[(m == b) - (m == a) for m in models[:-1]] for a, b, _ in games], dtype=float)
    fit = sm.GLM(np.array([g[2] for g in games]), design, family=sm.families.Binomial()).fit(tol=1e-14)
    centring = np.vstack([np.eye(3), np.zeros(3)]) - 0.25
    ratings = centring @ fit.params
    errors = np.sqrt(np.diag(centring @ fit.cov_params() @ centring.T))
    return {
        "games": [{"a": a, "b": b, "preference": float(x)} for a, b, x in games],
        "models": models,
        "ratings": ratings.tolist(),
        "errors": errors.tolist(),
    }


def kappa() -> dict:
    first = rng.choice(["win", "tie", "loss"], 90, p=[0.5, 0.2, 0.3])
    second = np.where(rng.random(90) < 0.6, first, rng.choice(["win", "tie", "loss"], 90))
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "agreement": float((first == second).mean()),
        "kappa": cohen_kappa_score(first, second),
    }


def length_controlled() -> dict:
    """Soft preferences that lean to the longer answer; statsmodels fits the model by IRLS."""
    n = 300
    reference = rng.integers(40, 900, n)
    model = (reference * rng.lognormal(0.25, 0.5, n)).astype(int)
    difficulty = np.round(rng.normal(0, 1.2, n), 3)
    std = np.std(reference - model, ddof=1)
    term = np.tanh((reference - model) / std)
    logit = -0.4 - 1.1 * term + 0.7 * difficulty + rng.normal(0, 1.5, n)
    preference = np.round(1 / (1 + np.exp(-logit)), 4)
    preference[rng.random(n) < 0.3] = 0.5
    preference[rng.random(n) < 0.2] = 1.0

    def controlled(columns: list) -> float:
        design = np.column_stack([np.ones(n), *columns, term])
        fit = sm.GLM(preference, design, family=sm.families.Binomial()).fit(tol=1e-14)
        without = design.copy()
        without[:, -1] = 0
        return float(100 * fit.predict(without).mean())

    return {
        "referenceLengths": reference.tolist(),
        "modelLengths": model.tolist(),
        "difficulty": difficulty.tolist(),
        "preferences": (1 + preference).tolist(),
        "winRate": 100 * float(preference.mean()),
        "standardError": 100 * float(stats.sem(preference)),
        "controlled": controlled([difficulty]),
        "controlledWithoutDifficulty": controlled([]),
    }


def clustered(prompts: int, seeds: int, missing: float) -> dict:
    """Prompts judged once a seed: OLS on a constant with errors clustered by prompt, and tests of the prompts' means."""
    leaning = rng.normal(0.5, 1.2, (prompts, 1)) + rng.normal(0, 0.6, (prompts, seeds))
    outcomes = np.where(leaning > 0.5, 1.0, np.where(leaning < 0, 0.0, 0.5))
    outcomes[rng.random((prompts, seeds)) < missing] = np.nan
    outcomes = outcomes[~np.isnan(outcomes).all(axis=1)]
    group, seed = np.nonzero(~np.isnan(outcomes))
    y = outcomes[group, seed]
    fit = sm.OLS(y, np.ones(len(y))).fit(cov_type="cluster", cov_kwds={"groups": group, "use_correction": True})
    means = np.nanmean(outcomes, axis=1)
    wins, losses = int((means > 0.5).sum()), int((means < 0.5).sum())
    variance = float(((means - 0.5) ** 2).mean())
    reach = float(np.abs(means - 0.5).mean())
    d = optimize.brentq(lambda d: sample_size_of(variance, d) - len(means), 1e-4, variance**0.5 - 1e-9)
    return {
        "verdicts": [[None if np.isnan(x) else x for x in row] for row in outcomes.tolist()],
        "winRate": 100 * float(y.mean()),
        "standardError": 100 * float(fit.bse[0]),
        "p": float(stats.binomtest(wins, wins + losses, 0.5).pvalue),
        "difference": 100 * d if d <= reach else None,
    }


golden = {
    "madeWith": {
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "signTests": sign_tests(),
    "power": power(),
    "bootstrap": bootstrap(),
    "bradleyTerry": bradley_terry(),
    "kappa": kappa(),
    "lengthControlled": length_controlled(),
    "clustered": [clustered(60, 3, 0.0), clustered(200, 2, 0.0), clustered(90, 4, 0.1)],
}
Path(__file__).with_name("judge.json").write_text(json.dumps(golden) + "\n")
