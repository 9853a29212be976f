/** Handlers of labels: finished edits with the labels of their tokens, and held-out edits scored by a reward model. */
import type { label } from '../../contract/label.ts'
import type { EditedPair, TokenLabels } from '../../contract/records.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
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
  const pairs = listed.map((pair, i) => labelledPair(pair, labels[i]!, { isInWords: tokenizer === null }))
  return { total: all.length, pairs }
}

interface Labels {
  rejected: TokenLabels
  edited: TokenLabels
}

function labelWords({ rejected, edited }: EditedPair): Labels {
  const [before, after] = encodeWords(rejected, edited)
  return labelEncodings(before!, after!)
}
