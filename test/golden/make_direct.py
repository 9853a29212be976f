"""Makes direct.json: every direct loss on pairs, its value and its gradient with respect to the policy's logits.

    python test/golden/make_direct.py

Float64 throughout; logits are float32 numbers. `dpo` and `kto` are TRL's own trainers' loss functions, called on these
logits; the others are written here from their papers' formulas, KL over the vocabulary by torch.distributions. Rejected
responses are the first three rows, chosen ones the last three; row r of `logits` predicts row r of `ids`. Padded places
hold junk on purpose: masks alone say what counts. Labels: -1 deleted, 0 kept, +1 inserted.
"""

from collections import defaultdict
from types import SimpleNamespace
from unittest.mock import MagicMock

import torch
import trl
from torch.distributions import Categorical, kl_divergence
from torch.nn.functional import logsigmoid
from trl import DPOTrainer, KTOTrainer

from golden_io import made_by, write_golden

SEED = 1802
PAIRS, WIDTH, VOCABULARY = 3, 6, 7
LABELS = [
    [0, -1, -1, 0],
    [0, 0, 0, -1, 0],
    [-1, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0, 1, 1, 0],
    [1, 1, 0, 0, 0],
]
BETA = 0.3
DPOP_LAMBDA = 4.0
RPO_ALPHA = 0.7
DDPO_GAMMA = 5.0
TDPO_ALPHA = 0.5
INSERTED, KEPT, DELETED = 1.5, 0.4, 0.3
FIGA_THRESHOLD = -0.6


def random_logits(rows, scale):
    return (scale * torch.randn(rows, WIDTH, VOCABULARY)).to(torch.float32).double()


def padded(rows):
    return torch.tensor([row + [0] * (WIDTH - len(row)) for row in rows], dtype=torch.float64)


def token_logprobs(logits, ids):
    return logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1)


class Logits(torch.nn.Module):
    """A model that answers with given logits; the last position predicts nothing."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.cat([logits, torch.zeros_like(logits[:, :1])], 1)

    def forward(self, **_inputs):
        return SimpleNamespace(logits=self.logits.clone(), loss=None)


def trainer_with(reference, **settings):
    """What TRL's loss functions read of their trainer."""
    trainer = MagicMock()
    trainer.accelerator.device = torch.device("cpu")
    trainer.accelerator.gather_for_metrics = lambda x: x
    trainer.accelerator.gather = lambda x: x
    trainer.accelerator.unwrap_model = lambda x: x
    trainer.model.training = True
    trainer.ref_model = Logits(reference)
    trainer._metrics = defaultdict(lambda: defaultdict(list))
    trainer._total_train_tokens = 0
    trainer.aux_loss_enabled = False
    trainer.precompute_ref_logps = False
    for name, value in settings.items():
        setattr(trainer, name, value)
    return trainer


def with_prompt(ids, mask):
    """Ids and completion mask after a prompt of one token."""
    first = torch.zeros_like(ids[:, :1])
    return torch.cat([first, ids], 1), torch.cat([first, mask.long()], 1)


def trl_dpo(policy, reference, ids, mask, loss_types=("sigmoid",), loss_weights=(1.0,)):
    chosen_first = [3, 4, 5, 0, 1, 2]
    input_ids, completion_mask = with_prompt(ids[chosen_first], mask[chosen_first])
    trainer = trainer_with(
        reference[chosen_first],
        beta=BETA,
        loss_types=list(loss_types),
        loss_weights=list(loss_weights),
        f_divergence_type="reverse_kl",
        ld_alpha=None,
        use_weighting=False,
    )
    inputs = {"input_ids": input_ids, "attention_mask": completion_mask, "completion_mask": completion_mask}
    return DPOTrainer._compute_loss(trainer, Logits(policy[chosen_first]), inputs, False)


def trl_kto(policy, reference, ids, mask, mismatched):
    """@param mismatched log-probabilities of whole responses after other prompts: of the policy, of the reference"""
    input_ids, completion_mask = with_prompt(ids, mask)
    trainer = trainer_with(
        reference,
        beta=BETA,
        loss_type="kto",
        calculate_KL=True,
        desirable_weight=1.0,
        undesirable_weight=1.0,
    )
    of_models = iter(mismatched)
    trainer._compute_kl_logps = lambda _model, _batch: next(of_models)
    inputs = {
        "input_ids": input_ids,
        "attention_mask": completion_mask,
        "completion_mask": completion_mask,
        "label": torch.tensor([False] * PAIRS + [True] * PAIRS),
    }
    return KTOTrainer._compute_loss(trainer, Logits(policy), inputs, False)


def direct_losses(reference, ids, mask, labels, mismatched):
    """Each loss as a function of the policy's logits."""
    ref_logprobs = token_logprobs(reference, ids)
    rejected, chosen = slice(0, PAIRS), slice(PAIRS, None)

    def change(logits):
        return ((token_logprobs(logits, ids) - ref_logprobs) * mask).sum(-1)

    def dpop(logits):
        ratio = change(logits)
        penalty = torch.clamp(-ratio[chosen], min=0)
        return -logsigmoid(BETA * (ratio[chosen] - ratio[rejected] - DPOP_LAMBDA * penalty)).mean()

    def rpo(logits):
        ratio = change(logits)
        logprobs = token_logprobs(logits, ids)
        nll = -(logprobs * mask).sum(-1)[chosen] / mask.sum(-1)[chosen]
        return (-logsigmoid(BETA * (ratio[chosen] - ratio[rejected])) + RPO_ALPHA * nll).mean()

    def ddpo(logits):
        def dense(logprobs):
            kept, changed = (labels == 0) * mask, (labels != 0) * mask
            total = ((kept + DDPO_GAMMA * changed) * logprobs).sum(-1)
            return total / (kept.sum(-1) + DDPO_GAMMA * changed.sum(-1))

        difference = dense(token_logprobs(logits, ids)) - dense(ref_logprobs)
        return -logsigmoid(BETA * (difference[chosen] - difference[rejected])).mean()

    def tdpo(logits):
        kl = kl_divergence(Categorical(logits=reference), Categorical(logits=logits))
        sequential = (kl * mask).sum(-1)
        ratio = change(logits)
        apart = sequential[rejected] - sequential[chosen].detach()
        return -logsigmoid(BETA * (ratio[chosen] - ratio[rejected] - TDPO_ALPHA * apart)).mean()

    def likelihood(logprobs):
        weights = INSERTED * (labels == 1) + KEPT * (labels == 0)
        return (weights * mask * logprobs)[chosen].sum()

    def figa(logits):
        logprobs = token_logprobs(logits, ids)
        deleted = ((labels == -1) * mask * (logprobs > FIGA_THRESHOLD) * logprobs)[rejected].sum()
        return (DELETED * deleted - likelihood(logprobs)) / mask[chosen].sum()

    def salt(logits):
        logprobs = token_logprobs(logits, ids)
        unlikelihood = -((labels == -1) * mask * torch.log(1 - logprobs.exp()))[rejected].sum()
        return (DELETED * unlikelihood - likelihood(logprobs)) / mask[chosen].sum()

    return {
        "dpo": lambda logits: trl_dpo(logits, reference, ids, mask),
        "dpop": dpop,
        "rpo": rpo,
        "ddpo": ddpo,
        "tdpo": tdpo,
        "kto": lambda logits: trl_kto(logits, reference, ids, mask, mismatched),
        "figa": figa,
        "salt": salt,
    }


def with_gradient(loss_of, policy):
    leaf = policy.clone().requires_grad_()
    loss = loss_of(leaf)
    loss.backward()
    return {"loss": loss.item(), "gradient": leaf.grad}


def check_rpo(policy, reference, ids):
    """With responses of one length, TRL's sigmoid + sft is the same as a mean per response."""
    whole = torch.ones(2 * PAIRS, WIDTH, dtype=torch.float64)
    own = direct_losses(reference, ids, whole, torch.zeros_like(whole), None)["rpo"](policy)
    theirs = trl_dpo(policy, reference, ids, whole, ("sigmoid", "sft"), (1.0, RPO_ALPHA))
    assert torch.allclose(own, theirs, rtol=1e-6), (own, theirs)


def main():
    torch.manual_seed(SEED)
    policy, reference = random_logits(2 * PAIRS, 1.5), random_logits(2 * PAIRS, 1.5)
    ids = torch.randint(0, VOCABULARY, (2 * PAIRS, WIDTH))
    # Deleted tokens that the policy is sure of, so that FIGA's threshold takes some and leaves some.
    for row, place in ((0, 1), (2, 0)):
        policy[row, place, ids[row, place]] += 5
    # A chosen response that has become less likely, which DPOP penalises.
    policy[3, 0, ids[3, 0]] -= 5
    mask = padded([[1] * len(row) for row in LABELS])
    labels = padded(LABELS)
    mismatched = [-6 * torch.rand(2 * PAIRS, dtype=torch.float64) - shift for shift in (8, 9)]
    point = (mismatched[0] - mismatched[1]).mean()
    assert point > 0.1, point

    change = ((token_logprobs(policy, ids) - token_logprobs(reference, ids)) * mask).sum(-1)
    assert change[PAIRS:].min() < -0.5 and change[PAIRS:].max() > 0.5, change
    deleted = token_logprobs(policy, ids)[labels == -1]
    assert deleted.max() > FIGA_THRESHOLD > deleted.min(), deleted

    losses = direct_losses(reference, ids, mask, labels, mismatched)
    check_rpo(policy, reference, ids)
    write_golden(
        "direct.json",
        {
            "made": made_by("make_direct.py", SEED, torch=torch.__version__, trl=trl.__version__),
            "note": "losses are means over pairs, those of figa and salt over the tokens of the chosen responses",
            "config": {
                "beta": BETA,
                "dpopLambda": DPOP_LAMBDA,
                "rpoAlpha": RPO_ALPHA,
                "ddpoGamma": DDPO_GAMMA,
                "tdpoAlpha": TDPO_ALPHA,
                "insertedWeight": INSERTED,
                "keptWeight": KEPT,
                "deletedWeight": DELETED,
            },
            "ids": ids,
            "mask": mask.int(),
            "labels": labels.int(),
            "policyLogits": policy,
            "refLogits": reference,
            "referencePoint": point,
            "changes": change,
            "losses": {name: with_gradient(loss_of, policy) for name, loss_of in losses.items()},
        },
    )


if __name__ == "__main__":
    main()
