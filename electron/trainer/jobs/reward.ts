/** Trains a reward model on labelled pairs. */

import type { Hooks } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import type { RunInputRow } from '../../contract/records.ts'
import { addScoreHead } from '../../engine/model/model.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { countSpanWords, spanAgreement } from '../../pipeline/label/span-agreement.ts'
import { aurocByKind } from '../../pipeline/reward/auroc-by-kind.ts'
import { editorAgreement, shareLabels } from '../../pipeline/reward/editors.ts'
import { rewardPairs } from '../../pipeline/reward/examples.ts'
import { type HeldoutRewards, trainReward } from '../../pipeline/reward/train.ts'
import { supervisedSize } from '../../sizing/supervised.ts'
import { anchorsFor } from './anchor-samples.ts'
import { samplingPrograms, supervisedPrograms } from './first-programs.ts'
import { emitNotes } from './open-model.ts'
import { limitsOf, openTrained, pausedBefore, runTraining, sizedModel } from './run-training.ts'

export function runReward(job: JobOf<'reward'>, jobHooks: Hooks): Promise<JobResults['reward']> {
  const { config } = job
  return runTraining(job, jobHooks, (rows, resources) => {
    const trained = openTrained(job.model, config, resources, 'scores')
    emitNotes(trained, jobHooks)
    const { model, tokenizer } = trained
    addScoreHead(model, config.seed)
    const examples = rewardPairs(rows, tokenizer, limitsOf(job, model), labelPair)
    const responses = [...examples.train, ...examples.heldout].flatMap(({ rejected, chosen }) => [
      rejected,
      chosen,
    ])
    return {
      examples,
      missing: `no pair of the kind "${config.pairs}"`,
      size: () => ({ kind: 'reward', config, ...supervisedSize(sizedModel(model), examples, responses) }),
      programs: () => [
        ...(config.anchorPenalty > 0 ? samplingPrograms : []),
        ...supervisedPrograms(
          `reward_${config.scheme}`,
          examples.train.length,
          job,
          examples.heldout.length > 0 ? 'reward_scalars' : null,
        ),
      ],
      async train(hooks) {
        const train = config.softLabels ? shareLabels(examples.train) : examples.train
        const anchors = await anchorsFor(job, train, jobHooks)
        if (anchors === null) return { end: pausedBefore(job), model: trained, extra: nothingMeasured }
        const { heldout, keptMean, ...end } = await trainReward(
          { model, padId: tokenizer.padId, train, heldout: examples.heldout, anchors },
          config,
          hooks,
        )
        return {
          end,
          model: trained,
          card: {
            scheme: config.scheme,
            keptMean,
            tokenizerHash: tokenizer.hash,
          },
          extra: {
            heldout: heldout?.quality ?? null,
            heldoutF1: heldout?.tokens?.f1 ?? null,
            editors: editorAgreement(examples.heldout),
            spanAuroc: heldout === null ? {} : aurocsByKind(rows, heldout, tokenizer),
            spanAgreement: heldout && rewardSpanAgreement(rows, heldout, tokenizer),
          },
        }
      },
    }
  })
}

const nothingMeasured = { heldout: null, heldoutF1: null, editors: null, spanAuroc: {}, spanAgreement: null }

/**
 * Words of rejected responses that the model calls bad, compared with the spans that people marked.
 * @returns null if the model rewards no single tokens, or no held-out item has spans
 */
function rewardSpanAgreement(
  rows: readonly RunInputRow[],
  { scored, tokens }: HeldoutRewards,
  tokenizer: Tokenizer,
): JobResults['reward']['spanAgreement'] {
  if (tokens === null) return null
  const items = new Map(rows.map(({ item }) => [item.id, item]))
  const counts = scored.flatMap(({ pair, rejected: rewards }) => {
    const { rejected, errorSpans } = items.get(pair.itemId)!
    if (rejected === null || errorSpans === null) return []
    const { offsets } = tokenizer.encodeWithOffsets(rejected)
    const labels = offsets.map((_, t) => (rewards[t]! < tokens.threshold ? -1 : 0))
    return [countSpanWords(rejected, { labels, offsets }, errorSpans)]
  })
  return counts.length > 0 ? { ...spanAgreement(counts), items: counts.length } : null
}

/**
 * @returns an AUROC per kind of error that people marked, and per kind of change that annotators sorted; none if the model
 * rewards no single tokens
 */
function aurocsByKind(
  rows: readonly RunInputRow[],
  { scored, tokens }: HeldoutRewards,
  tokenizer: Tokenizer,
): Record<string, number> {
  if (tokens === null) return {}
  const byItem = Map.groupBy(rows, ({ item }) => item.id)
  return aurocByKind(
    scored.flatMap(({ pair, rejected: rewards }) => {
      const own = byItem.get(pair.itemId)!
      const { rejected, errorSpans } = own[0]!.item
      const marks = [...(errorSpans ?? []), ...own.flatMap(({ changeKinds = [] }) => changeKinds)]
      if (rejected === null || (errorSpans === null && marks.length === 0)) return []
      return tokenizer.encodeWithOffsets(rejected).offsets.map(([start, end], t) => ({
        reward: rewards[t]!,
        kinds: marks.filter((mark) => mark.start < end && start < mark.end).map(({ kind }) => kind),
      }))
    }),
  )
}
