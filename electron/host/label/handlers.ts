/** Handlers of labels: finished edits with the labels of their tokens, and held-out edits scored by a reward model. */
import type { label } from '../../contract/label.ts'
import type { EditedPair, TokenLabels } from '../../contract/records.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import type { Project } from '../../storage/index.ts'
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
  const labelsOf = tokenizer === null ? labelWords : tokenLabeller(context, project, tokenizer)
  const pairs = all
    .slice(offset, offset + limit)
    .map((pair) => labelledPair(pair, labelsOf(pair), { isInWords: tokenizer === null }))
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

function tokenLabeller({ tokenizers }: HandlerContext, project: Project, model: string) {
  const tokenizer = tokenizers.of(project, model)
  return ({ item, rejected, edited }: EditedPair): Labels => labelPair(tokenizer, item.id, rejected, edited)
}
