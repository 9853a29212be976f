/** Handlers of labels: finished edits with the labels of their tokens, and held-out edits scored by a reward model. */
import type { label } from '../../contract/label.ts'
import type { EditedPair, TokenLabels } from '../../contract/records.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { labelsUnlessTooLong } from '../../pipeline/label/labels.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import { editedPairsOf } from '../data/items.ts'
import type { HandlerContext } from '../handler-context.ts'
import { streamEvents } from '../stream.ts'
import { labelledPair } from './labelled-pair.ts'
import { scoreHeldout } from './score-heldout.ts'

export function labelHandlers(context: HandlerContext) {
  const { api } = context
  return {
    pairs: api.label.pairs.handler(({ input }) => listPairs(context, input)),
    scored: api.label.scored.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => scoreHeldout(context, input, hooks)),
    ),
  }
}

async function listPairs(
  context: HandlerContext,
  { project: folder, tokenizer, offset, limit }: InputOf<typeof label.pairs>,
): Promise<ResultOf<typeof label.pairs>> {
  const project = await context.lab.openProject(folder)
  const all = [...editedPairsOf(project.db, { datasets: [] })]
  const listed = all.slice(offset, offset + limit)
  const labels =
    tokenizer === null
      ? listed.map(labelWords)
      : await context.tokenizers.of(project, tokenizer).label(listed)
  const pairs = listed.flatMap((pair, i) => {
    const found = labels[i] ?? null
    return found === null ? [] : [labelledPair(pair, found, { isInWords: tokenizer === null })]
  })
  const tooLong = listed.flatMap(({ item }, i) => (labels[i] === null ? [item.id] : []))
  return { total: all.length, pairs, tooLong }
}

interface Labels {
  rejected: TokenLabels
  edited: TokenLabels
}

/** Words are aligned in the host, which others must not wait for. */
const maxCharacters = 20_000

/** @returns null if the texts are too long */
function labelWords({ rejected, edited }: EditedPair): Labels | null {
  if (Math.max(rejected.length, edited.length) > maxCharacters) return null
  const [before, after] = encodeWords(rejected, edited)
  return labelsUnlessTooLong(() => labelEncodings(before!, after!))
}
