/** The page's labels: tokens of finished edits with their labels, and with a reward model's rewards. */

import type { Hooks } from '../../contract/events.ts'
import type { TokenMistakeRecord } from '../../contract/label.ts'
import type { EditedPair, TokenLabels } from '../../contract/records.ts'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import { pairCalibration } from '../../pipeline/reward/calibration.ts'
import { preferenceLogit, schemes } from '../../pipeline/reward/schemes.ts'
import { tokenVerdict, worstTokens } from '../../pipeline/reward/token-mistakes.ts'
import type { Project } from '../../storage/index.ts'
import { editedPairsOf } from '../data/items.ts'
import type { HandlerContext } from '../handler-context.ts'
import { streamEvents } from '../stream.ts'
import { rewardedEdit, type ScoredEdit } from './edit-scorer.ts'
import { labelledPair } from './labelled-pair.ts'

export function labelHandlers({ api, lab, tokenizers, scorer }: HandlerContext) {
  /** @param tokenizer null cuts into words */
  const labeller = (project: Project, tokenizer: string | null): ((pair: EditedPair) => Labels) => {
    if (tokenizer === null) {
      return ({ rejected, edited }) => {
        const [before, after] = encodeWords(rejected, edited)
        return labelEncodings(before!, after!)
      }
    }
    const opened = tokenizers.of(project, tokenizer)
    return ({ item, rejected, edited }) => labelPair(opened, item.id, rejected, edited)
  }
  const scored = async (
    { project: folder, rewardModel, limit }: { project: string; rewardModel: string; limit: number },
    hooks: Hooks,
  ) => {
    const project = await lab.openProject(folder)
    const heldout = [...editedPairsOf(project.db, { datasets: [], split: 'heldout' })]
    const changed = heldout.filter(({ rejected, edited }) => rejected !== edited).slice(0, limit)
    const { scheme, edits } = await scorer.score(project, rewardModel, changed, hooks)
    const pairs = edits.sort((a, b) => marginOf(a) - marginOf(b))
    return {
      pairs,
      accuracy: pairs.length === 0 ? 0 : pairs.filter((pair) => marginOf(pair) > 0).length / pairs.length,
      calibration: calibrationOf(pairs, scheme),
      tokens: scheme !== null && !schemes[scheme].rewardsTokens ? null : tokensOf(pairs),
    }
  }
  return {
    pairs: api.label.pairs.handler(async ({ input: { project: folder, tokenizer, offset, limit } }) => {
      const project = await lab.openProject(folder)
      const all = [...editedPairsOf(project.db, { datasets: [] })]
      const labelsOf = labeller(project, tokenizer)
      const pairs = all.slice(offset, offset + limit).map((pair) => labelledPair(pair, labelsOf(pair)))
      return { total: all.length, pairs }
    }),
    scored: api.label.scored.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => scored(input, hooks)),
    ),
  }
}

type Labels = { rejected: TokenLabels; edited: TokenLabels }

const shownMistakes = 12

function tokensOf(pairs: readonly ScoredEdit[]) {
  const edits = pairs.map(rewardedEdit)
  const worst = worstTokens(edits, shownMistakes).map(({ edit, side, token }) =>
    inContext(pairs[edit]!, side, token),
  )
  return { ...tokenVerdict(edits), worst }
}

/** Characters shown on either side of a token. */
const contextLength = 48

function inContext(pair: ScoredEdit, side: 'rejected' | 'edited', token: number): TokenMistakeRecord {
  const { text, label, reward } = pair[side][token]!
  const join = (tokens: ScoredEdit['edited']) => tokens.map((each) => each.text).join('')
  const before = join(pair[side].slice(0, token)).slice(-contextLength)
  const after = join(pair[side].slice(token + 1)).slice(0, contextLength)
  return { id: pair.id, side, before, text, after, label, reward: reward ?? 0 }
}

function marginOf({ scores }: ScoredEdit): number {
  return scores.edited - scores.rejected
}

/** The model's claims by how sure it was, in tenths from a half to one; null where its scheme compares no pairs. */
function calibrationOf(pairs: readonly ScoredEdit[], scheme: RewardScheme | null) {
  const logits = pairs.map((pair) => {
    const { rejected, edited, margin } = rewardedEdit(pair)
    return scheme && preferenceLogit(scheme, { rejected, chosen: edited, margin })
  })
  const bins = pairCalibration(logits)?.bins
  return (
    bins?.map(({ meanPredicted, observedRate, count }) => ({
      confidence: meanPredicted,
      accuracy: observedRate,
      pairs: count,
    })) ?? null
  )
}
