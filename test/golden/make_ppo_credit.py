"""Makes ppo-credit.json: bounds, placements and credit estimators of PPO on ragged responses, in float64.

    python test/golden/make_ppo_credit.py

Plain loops over real tokens in numpy. The advantages of rewards at the end are torch expressions of what TRL's RLOO
and GRPO trainers compute, with TRL's own deviation. Padded places of every input hold junk on purpose.
"""

import numpy
import torch
import trl
from trl.trainer.utils import nanstd

from golden_io import made_by, write_golden

SEED = 2018
WIDTH = 8
PER_PROMPT = 3
LENGTHS = [8, 3, 5, 1, 6, 2]
LIMIT = 1.5
TOKEN_WEIGHT = 0.3
GAMMA = 0.97
ROWS = len(LENGTHS)
MASK = numpy.array([[step < length for step in range(WIDTH)] for length in LENGTHS])
TOKEN_SCALE = {"center": 0.2, "deviation": 1.7}
SEQUENCE_SCALE = {"center": -0.5, "deviation": 0.6}
NOTES = {
    "tokens": "r = (tokenReward - center) / deviation",
    "bounds.response": "r times min(1, limit / largest |undiscounted reward to go|); a score is clipped to +-limit",
    "bounds.par": "a score z becomes (2 / deviation) tanh(deviation z / 2), which is 4 / deviation times"
    " (sigmoid(s - center) - 1/2), s the raw score; r times that of their sum / their sum",
    "placements.shaped": "telescopes: the bounded running sum of r, less what was paid before; at the last token the"
    " bounded score S, less what was paid before. segments: r summed over segments first",
    "placements.mixed": "tokenWeight times the bounded r, and at the last token (1 - tokenWeight) times the bounded S",
    "credit.rloo": "G_it - mean over the other responses of the prompt of G_jt, G_j of its last token if it is shorter",
    "credit.group": "(G_it - mean of the group's G_jt) / (sample deviation of the group's G_j0 + 1e-4)",
    "credit.reinforce++": "(G - mean) / sqrt(population variance + 1e-8), over all real tokens",
    "atEnd": "one reward per response, at its last token, gamma 1: TRL's rloo and grpo advantages, one per response",
}


def float32(values):
    return numpy.asarray(values).astype(numpy.float32).astype(numpy.float64)


def with_junk(generator, values):
    return float32(numpy.where(MASK, values, generator.normal(0, 4, values.shape)))


def grid(rows):
    out = numpy.zeros((ROWS, WIDTH))
    for row, values in enumerate(rows):
        out[row, : len(values)] = values
    return out


def bounded_score(kind, score, deviation):
    if kind == "par":
        raw = score * deviation
        return 4 / deviation * (1 / (1 + numpy.exp(-raw)) - 0.5)
    return min(max(score, -LIMIT), LIMIT)


def bounded_tokens(kind, rewards):
    if kind == "par":
        total = sum(rewards)
        return [r * bounded_score("par", total, TOKEN_SCALE["deviation"]) / total for r in rewards]
    if kind == "token":
        return [min(max(r, -LIMIT), LIMIT) for r in rewards]
    largest = max(abs(sum(rewards[step:])) for step in range(len(rewards)))
    return [r * min(1.0, LIMIT / largest) for r in rewards]


def summed(rewards, ends):
    out, total = [], 0.0
    for step, reward in enumerate(rewards):
        total += reward
        is_end = ends[step] or step == len(rewards) - 1
        out.append(total if is_end else 0.0)
        total = 0.0 if is_end else total
    return out


def shaped(kind, rewards, score):
    """Potentials first, then their differences: another order than paying as one goes."""
    potentials = [0.0]
    for step in range(len(rewards) - 1):
        running = sum(rewards[: step + 1])
        potentials.append(bounded_score(kind, running, TOKEN_SCALE["deviation"]))
    potentials.append(bounded_score(kind, score, SEQUENCE_SCALE["deviation"]))
    return numpy.diff(potentials)


def mixed(kind, rewards, score):
    out = [TOKEN_WEIGHT * r for r in bounded_tokens(kind, rewards)]
    out[-1] += (1 - TOKEN_WEIGHT) * bounded_score(kind, score, SEQUENCE_SCALE["deviation"])
    return out


def to_go(rewards, gamma):
    return [
        sum(gamma ** (later - step) * rewards[later] for later in range(step, len(rewards)))
        for step in range(len(rewards))
    ]


def group_of(row):
    first = row - row % PER_PROMPT
    return range(first, first + PER_PROMPT)


def credit(rewards, gamma):
    real = [list(rewards[row, :length]) for row, length in enumerate(LENGTHS)]
    goes = [to_go(row, gamma) for row in real]
    at = lambda row, step: goes[row][min(step, LENGTHS[row] - 1)]
    flat = numpy.concatenate(goes)
    rloo, group = [], []
    for row, length in enumerate(LENGTHS):
        others = [other for other in group_of(row) if other != row]
        rloo.append([goes[row][t] - numpy.mean([at(j, t) for j in others]) for t in range(length)])
        deviation = numpy.std([at(j, 0) for j in group_of(row)], ddof=1) + 1e-4
        group.append(
            [(goes[row][t] - numpy.mean([at(j, t) for j in group_of(row)])) / deviation for t in range(length)]
        )
    whitened = [[(g - flat.mean()) / numpy.sqrt(flat.var() + 1e-8) for g in row] for row in goes]
    return {"toGo": grid(goes), "reinforce++": grid(whitened), "rloo": grid(rloo), "group": grid(group)}


def at_end(scores):
    """As TRL's trainers compute it, for one reward per response."""
    rewards = torch.tensor(scores)
    grouped = rewards.view(-1, PER_PROMPT)
    others = (grouped.sum(dim=1, keepdim=True) - grouped) / (PER_PROMPT - 1)
    mean = grouped.mean(dim=1).repeat_interleave(PER_PROMPT)
    deviation = nanstd(grouped, dim=1).repeat_interleave(PER_PROMPT)
    return {"rloo": rewards - others.view(-1), "group": (rewards - mean) / (deviation + 1e-4)}


def main():
    generator = numpy.random.default_rng(SEED)
    token_rewards = with_junk(generator, generator.normal(0.6, 1.4, MASK.shape))
    scores = float32(generator.normal(-0.4, 0.9, ROWS))
    segment_end = (generator.random(MASK.shape) < 0.4).astype(int)
    rewards = with_junk(generator, generator.normal(0.1, 0.8, MASK.shape))
    normal = (token_rewards - TOKEN_SCALE["center"]) / TOKEN_SCALE["deviation"]
    normal_scores = (scores - SEQUENCE_SCALE["center"]) / SEQUENCE_SCALE["deviation"]
    real = [list(normal[row, :length]) for row, length in enumerate(LENGTHS)]
    segments = [summed(row, segment_end[i]) for i, row in enumerate(real)]
    assert any(abs(sum(row)) > LIMIT for row in real) and (abs(normal_scores) > LIMIT).any()

    def rows(function, of=real):
        return grid([function(row, normal_scores[i]) for i, row in enumerate(of)])

    bounds = {
        kind: {
            "tokens": rows(lambda row, _: bounded_tokens(kind, row)),
            "scores": [bounded_score(kind, score, SEQUENCE_SCALE["deviation"]) for score in normal_scores],
        }
        for kind in ("response", "token", "par")
    }
    write_golden(
        "ppo-credit.json",
        {
            "made": made_by("make_ppo_credit.py", SEED, torch=torch.__version__, trl=trl.__version__),
            "notes": NOTES,
            "config": {
                "rewardClip": LIMIT,
                "tokenWeight": TOKEN_WEIGHT,
                "gamma": GAMMA,
                "samplesPerPrompt": PER_PROMPT,
            },
            "responseMask": MASK.astype(int),
            "tokenRewards": token_rewards,
            "tokenScale": TOKEN_SCALE,
            "scores": scores,
            "sequenceScale": SEQUENCE_SCALE,
            "segmentEnd": segment_end,
            "bounds": bounds,
            "placements": {
                kind: {
                    "shaped": rows(lambda row, score: shaped(kind, row, score)),
                    "shapedSegments": rows(lambda row, score: shaped(kind, row, score), segments),
                    "mixed": rows(lambda row, score: mixed(kind, row, score)),
                }
                for kind in ("response", "par")
            },
            "rewards": rewards,
            "credit": credit(rewards, GAMMA),
            "atEnd": at_end(scores),
        },
    )


if __name__ == "__main__":
    main()
