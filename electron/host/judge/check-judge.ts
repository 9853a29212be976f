/** The verb `check-judge`: compares a judge with human votes, and tests it with answers that only try to win. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import { judgeKindOf, textsComparedBy } from '../../contract/judge-kinds.ts'
import type { JudgePair, Output } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { readRawRows } from '../../pipeline/data/raw-rows.ts'
import { readRows } from '../../pipeline/data/read.ts'
import { outcomeOf } from '../../pipeline/judge/agreement.ts'
import { attacks } from '../../pipeline/judge/attacks.ts'
import { humanAgreement, humanKappa, type Voted } from '../../pipeline/judge/human-agreement.ts'
import { measureParts } from '../../pipeline/judge/subsets.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { badRow } from '../errors/bad-row.ts'
import { evaluate } from './evaluate.ts'
import { withModelPath } from './judge-model.ts'
import { makeJudge } from './judges.ts'
import { questionKey } from './outputs.ts'

type CheckInput = VerbInput<'check-judge'>

/** Some files have an answer such as "true" or "42" without quotes. */
const Text = z.union([z.string(), z.boolean(), z.number()]).transform(String)

/** A row of PandaLM's or LLMBar's test set, in Stet's format. */
const VotedRow = z.object({
  instruction: z.string(),
  context: z.string().default(''),
  output_a: Text,
  output_b: Text,
  preference: z.literal([0, 1, 2]),
  subset: z.string().nullish(),
})

interface VotedPair {
  pair: JudgePair
  /** For B: 0, ½ for a tie, 1. */
  vote: number
  subset: string | null
}

export async function checkJudge(
  lab: Lab,
  input: CheckInput,
  hooks: Hooks,
): Promise<VerbResult<'check-judge'>> {
  const project = await lab.openProject(input.project)
  const pairs = await readVotedPairs(input.file, input.pairs)
  const check = checkOf(lab, project, input, hooks)
  const { judgements, evaluation, summary } = await check(
    'human votes',
    pairs.map(({ pair }) => pair),
  )
  const byId = new Map(pairs.map(({ pair, ...voted }) => [pair.id, { ...voted, question: pair.item }]))
  const voted = verdicts(judgements).map((verdict): Voted & Pick<VotedPair, 'subset'> => ({
    ...verdict,
    ...byId.get(verdict.pairId)!,
  }))
  const key = (stream: string) => ({ seed: input.seed, stream: `check-judge/${stream}` })
  return {
    judge: judgements[0]!.judge,
    evaluation,
    ...humanAgreement(voted, key('all')),
    kappa: humanKappa(voted),
    inconsistency: summary.inconsistency,
    unread: summary.unread,
    allRight: allRightOf(voted, (id) => byId.get(id)!.question),
    subsets: measureParts(
      voted,
      ({ subset }) => (subset === null ? [] : [subset]),
      (part, name) => humanAgreement(part, key(name)),
    ),
    attacks: await attackResults(pairs, input.attacks, check),
  }
}

type Check = (what: string, pairs: readonly JudgePair[]) => ReturnType<typeof evaluate>

/** Has the judge compare pairs; verdicts are kept, and an interrupted check resumes. */
function checkOf(lab: Lab, project: Project, input: CheckInput, hooks: Hooks): Check {
  const { seed, maxQueryTokens, judgeServer } = input
  const spec = withModelPath(project, input.judge)
  if (judgeKindOf(spec).isWorldTruth)
    throw new UserError('bad_input', 'The sample-world judge cannot score these pairs. Use another judge.')
  if (textsComparedBy(spec) !== null)
    throw new UserError(
      'bad_input',
      'These pairs have no edited or chosen text to compare with. Use another judge.',
    )
  return (what, pairs) => {
    const judge = makeJudge(lab, spec, { maxQueryTokens, server: judgeServer }, hooks)
    const name = `${judge.name} on ${what}`
    const settings = { judge: spec, maxQueryTokens }
    return evaluate(project.db, { kind: 'judge-check', name, settings, judge, pairs, seed }, hooks)
  }
}

async function attackResults(
  pairs: readonly VotedPair[],
  count: number,
  check: Check,
): Promise<VerbResult<'check-judge'>['attacks']> {
  const decided = pairs.filter(({ vote }) => vote !== 0.5).slice(0, count)
  if (decided.length === 0) return []
  const results: VerbResult<'check-judge'>['attacks'] = []
  for (const [name, text] of Object.entries(attacks)) {
    const attacked = decided.map(({ pair, vote }) => ({
      ...pair,
      outputA: vote === 1 ? pair.outputB : pair.outputA,
      outputB: { text, ended: true },
    }))
    const { summary } = await check(`the attack "${name}"`, attacked)
    results.push({ name, n: summary.n, wins: summary.winRate, interval: summary.interval })
  }
  return results
}

/** Questions with several pairs on which every verdict agrees with the votes. */
function allRightOf(
  voted: readonly Voted[],
  questionOf: (pairId: string) => string,
): VerbResult<'check-judge'>['allRight'] {
  const questions = [...Map.groupBy(voted, ({ pairId }) => questionOf(pairId)).values()].filter(
    (own) => own.length > 1,
  )
  if (questions.length === 0) return null
  const isRight = ({ preference, vote }: Voted) => outcomeOf(preference) === outcomeOf(vote)
  const right = questions.filter((own) => own.every(isRight)).length
  return { questions: questions.length, accuracy: (100 * right) / questions.length }
}

/** @throws UserError that names the first row that can't be read */
async function readVotedPairs(file: string, limit: number): Promise<VotedPair[]> {
  const pairs: VotedPair[] = []
  const seen = new Set<string>()
  const rows = (await hasVotedRows(file)) ? votedRows(file) : preferenceRows(file)
  for await (const voted of rows) {
    if (pairs.length === limit) break
    // A duplicate would count twice.
    if (!seen.has(voted.pair.id)) pairs.push(voted)
    seen.add(voted.pair.id)
  }
  return pairs
}

/** Whether the first row is in Stet's format of votes; any other file is read as preferences. */
async function hasVotedRows(file: string): Promise<boolean> {
  for await (const row of readRawRows(file)) {
    if ('reason' in row) return true
    return typeof row.value === 'object' && row.value !== null && 'output_a' in row.value
  }
  return true
}

async function* votedRows(file: string): AsyncGenerator<VotedPair> {
  for await (const row of readRawRows(file)) {
    if ('reason' in row) throw badRow(file, row.line, row.reason)
    const parsed = VotedRow.safeParse(row.value)
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!
      throw badRow(file, row.line, `"${path.join('.')}": ${message}`)
    }
    yield toVotedPair(parsed.data)
  }
}

/** A chosen and a rejected response are a vote for the chosen one. On which side it is depends on the item's id. */
async function* preferenceRows(file: string): AsyncGenerator<VotedPair> {
  for await (const row of readRows(file)) {
    if ('reason' in row) throw badRow(file, row.line, row.reason)
    const { id, prompt, context, chosen, rejected, metadata } = row.item
    if (chosen === null || rejected === null)
      throw badRow(
        file,
        row.line,
        'there is no chosen and rejected response, and no "output_a" and "output_b"',
      )
    const isChosenFirst = Number.parseInt(id.at(-1)!, 16) % 2 === 0
    const [outputA, outputB] = (isChosenFirst ? [chosen, rejected] : [rejected, chosen]).map((text) => ({
      text,
      ended: true,
    })) as [Output, Output]
    const item = createHash('sha256').update(questionKey(row.item)).digest('hex').slice(0, 16)
    const subset = typeof metadata.subset === 'string' ? metadata.subset : null
    yield {
      pair: { id, item, seed: null, prompt, context, outputA, outputB },
      vote: isChosenFirst ? 0 : 1,
      subset,
    }
  }
}

function toVotedPair(row: z.infer<typeof VotedRow>): VotedPair {
  const { instruction, context, output_a, output_b, preference, subset } = row
  const texts = [instruction, context, output_a, output_b]
  const id = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)
  return {
    pair: {
      id,
      item: id,
      seed: null,
      prompt: [{ role: 'user', content: instruction }],
      context,
      outputA: { text: output_a, ended: true },
      outputB: { text: output_b, ended: true },
    },
    vote: preference === 0 ? 0.5 : preference - 1,
    subset: subset ?? null,
  }
}
