/** The page's labels: tokens of finished edits with their labels, and with a reward model's rewards. */
import type { LabelledPair, LabelledToken } from '../../contract/page/labels.ts'
import type { EditedPair, TokenLabels } from '../../contract/records.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import type { Project } from '../../storage/index.ts'
import { editedPairsOf } from '../datasets.ts'
import type { Lab } from '../lab.ts'
import { findModel, openTokenizer } from '../project-models.ts'
import type { PageContext } from './context.ts'

export function labelHandlers({ os: api, lab }: PageContext) {
  return {
    pairs: api.labels.pairs.handler(async ({ input: { project: folder, tokenizer, offset, limit } }) => {
      const project = await lab.openProject(folder)
      const all = [...editedPairsOf(project.db, { datasets: [] })]
      const labelsOf = labeller(project, tokenizer)
      const pairs = all.slice(offset, offset + limit).map((pair) => labelled(pair, labelsOf(pair)))
      return { total: all.length, pairs }
    }),
    scored: api.labels.scored.handler(async ({ input: { project: folder, rewardModel, limit }, signal }) => {
      const project = await lab.openProject(folder)
      const heldout = [...editedPairsOf(project.db, { datasets: [], split: 'heldout' })]
      const changed = heldout.filter(({ rejected, edited }) => rejected !== edited).slice(0, limit)
      const pairs = await score(lab, project, rewardModel, changed, signal ?? new AbortController().signal)
      return {
        pairs: pairs.sort((a, b) => marginOf(a) - marginOf(b)),
        accuracy: pairs.length === 0 ? 0 : pairs.filter((pair) => marginOf(pair) > 0).length / pairs.length,
        calibration: calibrationOf(pairs.map(marginOf)),
      }
    }),
  }
}

type Labels = { rejected: TokenLabels; edited: TokenLabels }

/** @param tokenizer null cuts into words */
function labeller(project: Project, tokenizer: string | null): (pair: EditedPair) => Labels {
  if (tokenizer === null) {
    return ({ rejected, edited }) => {
      const [before, after] = encodeWords(rejected, edited)
      return labelEncodings(before!, after!)
    }
  }
  const opened = openTokenizer(findModel(project, tokenizer).path)
  return ({ item, rejected, edited }) => labelPair(opened, item.id, rejected, edited)
}

function labelled({ item, rejected, edited }: EditedPair, labels: Labels): LabelledPair {
  return {
    id: item.id,
    prompt: item.prompt.at(-1)!.content,
    rejected: tokensOf(rejected, labels.rejected),
    edited: tokensOf(edited, labels.edited),
    scores: null,
  }
}

/** Each token with the characters up to the next one: joined they are the text. */
function tokensOf(text: string, { labels, offsets }: TokenLabels): LabelledToken[] {
  return labels.map((label, i) => {
    const start = i === 0 ? 0 : offsets[i]![0]
    const end = offsets[i + 1]?.[0] ?? text.length
    return { text: text.slice(start, end), label, reward: null }
  })
}

async function score(
  { trainer }: Lab,
  project: Project,
  rewardModel: string,
  pairs: readonly EditedPair[],
  signal: AbortSignal,
): Promise<LabelledPair[]> {
  if (pairs.length === 0) return []
  const { path } = findModel(project, rewardModel)
  const labelsOf = labeller(project, rewardModel)
  const rows = pairs.flatMap(({ item: { prompt, context }, rejected, edited }) =>
    [rejected, edited].map((response) => ({ prompt, context, response })),
  )
  const job = { kind: 'score' as const, rewardModel: path, rows, batchSize: 8, maxQueryTokens: 1024 }
  const scored = await trainer.run<'score'>(job, { emit: () => {}, signal })
  return pairs.map((pair, i) => {
    const [before, after] = [scored.rows[2 * i]!, scored.rows[2 * i + 1]!]
    const plain = labelled(pair, labelsOf(pair))
    const withRewards = (tokens: LabelledToken[], { tokens: rewarded }: typeof before) =>
      tokens.map((token, t) => ({ ...token, reward: rewarded[t]?.reward ?? null }))
    return {
      ...plain,
      rejected: withRewards(plain.rejected, before),
      edited: withRewards(plain.edited, after),
      scores: { rejected: before.score, edited: after.score },
    }
  })
}

function marginOf({ scores }: LabelledPair): number {
  return scores === null ? 0 : scores.edited - scores.rejected
}

/** The model's claims by how sure it was, in tenths from a half to one. */
function calibrationOf(margins: readonly number[]) {
  const claims = margins.map((margin) => ({
    confidence: 1 / (1 + Math.exp(-Math.abs(margin))),
    isRight: margin > 0,
  }))
  const bins = Map.groupBy(claims, ({ confidence }) => Math.min(9, Math.floor(10 * confidence)))
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([, own]) => ({
      confidence: own.reduce((sum, claim) => sum + claim.confidence, 0) / own.length,
      accuracy: own.filter(({ isRight }) => isRight).length / own.length,
      pairs: own.length,
    }))
}
