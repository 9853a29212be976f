/** Held-out edits scored by a reward model: its worst mistakes, accuracy and calibration. */
import type { Hooks } from '../../contract/events.ts'
import type { label, TokenMistakeRecord } from '../../contract/label.ts'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { pairCalibration } from '../../pipeline/reward/calibration.ts'
import { disagreements } from '../../pipeline/reward/disagreement.ts'
import { preferenceLogit, schemes } from '../../pipeline/reward/schemes.ts'
import { tokenVerdict, worstTokens } from '../../pipeline/reward/token-mistakes.ts'
import { editedPairsOf } from '../data/items.ts'
import type { HandlerContext } from '../handler-context.ts'
import { rewardedEdit, type ScoredEdit } from './edit-scorer.ts'

type Scored = ResultOf<typeof label.scored>

export async function scoreHeldout(
  { lab, scorer }: HandlerContext,
  { project: folder, rewardModel, limit }: InputOf<typeof label.scored>,
  hooks: Hooks,
): Promise<Scored> {
  const project = await lab.openProject(folder)
  const heldout = [...editedPairsOf(project.db, { datasets: [], split: 'heldout' })]
  const changed = heldout.filter(({ rejected, edited }) => rejected !== edited)
  const { scheme, edits } = await scorer.score(project, rewardModel, changed.slice(0, limit), hooks)
  const pairs = edits.sort((a, b) => marginOf(a) - marginOf(b))
  const measures = scheme === null ? [] : disagreements(pairs.map(rewardedEdit), scheme)
  return {
    pairs: pairs.map((pair, i) => ({ ...pair, disagreement: measures[i]!.total })),
    heldout: changed.length,
    accuracy: pairs.length === 0 ? 0 : pairs.filter((pair) => marginOf(pair) > 0).length / pairs.length,
    calibration: calibrationOf(pairs, scheme),
    tokens: scheme !== null && !schemes[scheme].rewardsTokens ? null : tokensOf(pairs),
  }
}

function marginOf({ scores }: ScoredEdit): number {
  return scores.edited - scores.rejected
}

/** Accuracy by confidence, in tenths from a half to one; null if the scheme does not compare pairs. */
function calibrationOf(pairs: readonly ScoredEdit[], scheme: RewardScheme | null): Scored['calibration'] {
  const logits = pairs.map((pair) => {
    const { rejected, edited, margin } = rewardedEdit(pair)
    return scheme && preferenceLogit(scheme, { rejected, chosen: edited, margin })
  })
  const bins = pairCalibration(logits)?.bins.map(({ meanPredicted, observedRate, count }) => ({
    confidence: meanPredicted,
    accuracy: observedRate,
    pairs: count,
  }))
  return bins ?? null
}

const maxMistakes = 12

function tokensOf(pairs: readonly ScoredEdit[]): Scored['tokens'] {
  const edits = pairs.map(rewardedEdit)
  const worst = worstTokens(edits, maxMistakes).map(({ edit, side, token }) =>
    inContext(pairs[edit]!, side, token),
  )
  return { ...tokenVerdict(edits), worst }
}

/** Characters of text before and after a token. */
const contextLength = 48

function inContext(pair: ScoredEdit, side: 'rejected' | 'edited', token: number): TokenMistakeRecord {
  const { text, label, reward } = pair[side][token]!
  const join = (tokens: ScoredEdit['edited']) => tokens.map((each) => each.text).join('')
  const before = join(pair[side].slice(0, token)).slice(-contextLength)
  const after = join(pair[side].slice(token + 1)).slice(0, contextLength)
  return { id: pair.id, side, before, text, after, label, reward: reward ?? 0 }
}
