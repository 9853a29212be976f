import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { getEvaluation, listJudgements, openProject } from '../../../electron/storage/index.ts'
import { worldOf } from '../../../electron/world/worlds.ts'
import { assertMistake, jsonOf, stetIn, temporaryFolder, writeRows } from '../entry/cli-process.ts'

const folder = temporaryFolder()
const stet = (...args: string[]) => stetIn(folder, args)
const questions = Array.from({ length: 60 }, (_, i) => `Question ${i}?`)
writeRows(
  path.join(folder, 'items.jsonl'),
  questions.map((prompt, i) => ({
    prompt,
    rejected: `Long answer ${i}, too long.`,
    edited: `Answer ${i}.`,
    domain: ['fares', 'times'][i % 2],
  })),
)
const outputs = (name: string, output: (i: number) => string, rows = questions) =>
  writeRows(
    path.join(folder, name),
    rows.map((instruction, i) => ({ instruction, output: output(i) })),
  )

outputs('long.jsonl', (i) => `Long answer ${i}, too long.`)
outputs('short.jsonl', (i) => `Answer ${i}.`)
outputs('some.jsonl', (i) => `Answer ${i}.`, questions.slice(0, 50))
outputs('others.jsonl', () => 'Yes.', ['What else?'])

interface Result {
  evaluation: string
  n: number
  winRate: number
  wins: number
  inconsistency: number
  interval: { low: number; high: number }
  subsets: { field: string; value: string; n: number; winRate: number }[]
}

test('two files of outputs are judged on the held-out prompts, and every verdict is stored', async () => {
  await stet('init', 'p.stet')
  await stet('import', 'p.stet', 'items.jsonl')
  const judge = ['judge', 'p.stet', 'long.jsonl', 'short.jsonl', '--heldout', '0.5', '--json']
  const result = jsonOf(await stet(...judge, '--judge', 'length:shorter')) as Result
  assert(result.n > 15 && result.n < 45)
  assert.deepEqual([result.winRate, result.wins, result.inconsistency], [100, result.n, 0])
  const domains = result.subsets.filter(({ field }) => field === 'domain')
  assert.deepEqual(domains.map(({ value }) => value).sort(), ['fares', 'times'])
  assert.equal(domains[0]!.n + domains[1]!.n, result.n)

  const project = await openProject(path.join(folder, 'p.stet'))
  const judgements = listJudgements(project.db, result.evaluation)
  const evaluation = getEvaluation(project.db, result.evaluation)
  project.close()
  assert.equal(judgements.length, 2 * result.n)
  assert.equal((evaluation.config as { pairs: object[] }).pairs.length, result.n)
  assert.equal((evaluation.result as { winRate: number }).winRate, 100)

  const listed = await stet('evaluations', 'p.stet')
  assert.match(
    listed.stdout,
    /^short\.jsonl against long\.jsonl, judged by length shorter: 100\.00% .* of \d+ pairs/,
  )

  const pattern = jsonOf(await stet(...judge, '--judge', 'regex:too long')) as Result
  assert.equal(pattern.winRate, 0)
  const repeated = jsonOf(await stet(...judge, '--judge', 'repetition')) as Result
  assert.deepEqual([repeated.winRate, repeated.wins], [50, 0])
  const fewer = jsonOf(await stet(...judge, '--judge', 'length:longer', '--prompts', '7')) as Result
  assert.equal(fewer.n, 7)
})

test('prompts without an output are left out with a note; outputs to other prompts are refused', async () => {
  const judge = ['judge', 'p.stet', 'long.jsonl']
  const some = await stet(...judge, 'some.jsonl', '--judge', 'length:shorter', '--heldout', '0.9')
  assert.match(some.stderr, /\d+ of \d+ held-out prompts have no output/)
  assert.match(some.stdout, /win rate +100\.00%/)
  assert.match(some.stdout, /domain: fares +100\.00% \(100\.0 to 100\.0\) of \d+ pairs/)
  assert.match(some.stderr, /With \d+ subsets some will differ by chance/)
  assertMistake(
    await stet(...judge, 'others.jsonl', '--judge', 'length:shorter', '--heldout', '0.5'),
    2,
    /no output for any of the held-out prompts/,
  )
  assertMistake(
    await stet(...judge, 'missing', '--judge', 'length:shorter', '--heldout', '0.5'),
    2,
    /"missing" is neither/,
  )
  assertMistake(
    await stet(...judge, 'short.jsonl', '--judge', 'world', '--heldout', '0.5'),
    2,
    /None of the \d+ held-out prompts is about a sample world/,
  )
  assertMistake(
    await stet(...judge, 'short.jsonl', '--judge', 'regex:(', '--heldout', '0.5'),
    2,
    /--judge: .*regular expression/,
  )
})

test('prompts that are not about a sample world are left out by its truth, with a note, and do not use up the limit', async () => {
  const tasks = worldOf('ferry').makeTasks({ seed: 3, n: 40, split: 'held-out' })
  const asked = tasks.map(({ messages }) => messages.at(-1)!.content)
  writeRows(
    path.join(folder, 'ferry.jsonl'),
    asked.map((prompt) => ({ prompt, rejected: 'No.', edited: 'Yes.' })),
  )
  outputs('yes.jsonl', () => 'Yes.', [...questions, ...asked])
  outputs('no.jsonl', () => 'No.', [...questions, ...asked])
  await stet('init', 'mixed.stet')
  await stet('import', 'mixed.stet', 'items.jsonl')
  await stet('import', 'mixed.stet', 'ferry.jsonl')
  const judge = ['judge', 'mixed.stet', 'no.jsonl', 'yes.jsonl', '--judge', 'world', '--heldout', '0.5']
  const judged = await stet(...judge, '--prompts', '4', '--json')
  assert.equal((jsonOf(judged) as Result).n, 4)
  assert.match(judged.stderr, /\d+ held-out prompts are not about a sample world, so they are not judged/)
})

test('outputs are compared with the edits of the items; items without one are counted and named', async () => {
  const rows = questions.map((prompt, i) => ({
    prompt,
    rejected: `Wrong answer ${i}.`,
    ...(i % 3 === 0 ? {} : { edited: `Answer ${i}.` }),
    ...(i % 2 === 0 ? { chosen: `Long answer ${i}, too long.` } : {}),
  }))
  writeRows(path.join(folder, 'partly.jsonl'), rows)
  await stet('init', 'r.stet')
  await stet('import', 'r.stet', 'partly.jsonl')
  const judge = ['judge', 'r.stet', 'long.jsonl', 'short.jsonl', '--heldout', '0.6', '--json', '--judge']
  const asked = async (written: string) => {
    const run = await stet(...judge, written)
    const result = jsonOf(run) as Result & {
      judge: string
      ties: number
      corpusScores: { metric: string; n: number; reference: number; candidate: number }
    }
    return { ...result, stderr: run.stderr }
  }
  const edited = await asked('reference:chrf:edited')
  assert.equal(edited.winRate, 100)
  assert.match(
    edited.stderr,
    /(\d+) of (\d+) held-out items have no finished edit, so they are not judged: item_/,
  )
  assert.deepEqual(
    [edited.corpusScores.metric, edited.corpusScores.n, edited.corpusScores.candidate],
    ['chrF2', edited.n, 100],
  )
  const chosen = await asked('reference:exact:chosen')
  assert.deepEqual([chosen.winRate, chosen.corpusScores.reference], [0, 100])
  const either = await asked('reference:ter')
  assert.ok(either.n > edited.n && either.wins === edited.n)
  const shown = await stet(...judge.slice(0, -2), '--judge', 'reference:bleu')
  assert.match(shown.stdout, /BLEU against the items' texts, \d+ pairs as one corpus: candidate \d/)
  assertMistake(
    await stet('judge', 'p.stet', 'long.jsonl', 'short.jsonl', '--judge', 'reference:chrf:chosen'),
    2,
    /None of the \d+ held-out items can be judged: every one has no chosen response/,
  )
})
