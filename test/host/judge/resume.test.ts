/** An evaluation that is stopped in the middle and resumed ends as one that was not, and does nothing twice. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { UserError } from '../../../electron/contract/errors.ts'
import type { Hooks, JobEvent } from '../../../electron/contract/events.ts'
import type { JobOf, JobResults } from '../../../electron/contract/jobs.ts'
import { verbs } from '../../../electron/contract/verbs.ts'
import { recordsOf } from '../../../electron/host/judge/evaluation-records.ts'
import { judge, resumeJudge } from '../../../electron/host/judge/judge.ts'
import { openLab } from '../../../electron/host/lab.ts'
import { listJudgements, type Project } from '../../../electron/storage/index.ts'
import { stetIn, temporaryFolder, writeRows } from '../entry/cli-process.ts'

const folder = temporaryFolder()
const stet = (...args: string[]) => stetIn(folder, args)
writeRows(
  path.join(folder, 'items.jsonl'),
  Array.from({ length: 400 }, (_, i) => ({ prompt: `Question ${i}?`, rejected: `Answer ${i}.` })),
)
for (const name of ['a', 'b']) {
  mkdirSync(path.join(folder, name))
  writeFileSync(path.join(folder, name, 'config.json'), '{}')
}

/** Answers of different lengths, by model and row; between two batches it may be stopped. */
function fakeTrainer() {
  const counts = { sampled: 0 }
  async function run(job: JobOf<'generate'>, { emit, signal }: Hooks): Promise<JobResults['generate']> {
    const rows: JobResults['generate']['rows'] = []
    const [from, isOfA] = [job.answered ?? 0, path.basename(job.model) === 'a']
    for (let start = from; start < job.prompts.length; start += job.batchSize) {
      if (signal.aborted) throw new UserError('cancelled', 'The job was cancelled.')
      const end = Math.min(start + job.batchSize, job.prompts.length)
      const batch = Array.from({ length: end - start }, (_, i) => {
        const times = ((start + i) * (isOfA ? 7 : 5)) % 11
        return { text: `${isOfA ? 'One' : 'Two'}${' word'.repeat(times)}.`, ids: [1], ended: true }
      })
      counts.sampled += batch.length
      rows.push(...batch)
      if (job.reportsRows) emit({ type: 'responses', rows: batch })
      emit({ type: 'progress', phase: 'generate', done: end, total: job.prompts.length })
    }
    return { rows, cut: 0 }
  }
  return { run, counts }
}

async function setting(name: string) {
  await stet('init', `${name}.stet`)
  await stet('import', `${name}.stet`, 'items.jsonl')
  const { lab, close } = openLab({ onOutput: () => {} })
  const project = await lab.openProject(path.join(folder, `${name}.stet`))
  const { run, counts } = fakeTrainer()
  Object.assign(lab.trainer, { run })
  const input = verbs.judge['~orpc'].inputSchema!.parse({
    project: project.folder,
    reference: path.join(folder, 'a'),
    candidate: path.join(folder, 'b'),
    judge: 'length:shorter',
    heldout: 0.6,
    prompts: 200,
    seed: 3,
  })
  return { project, lab, close, counts, input }
}

/** Stops after this event. */
function stoppedAt(isReached: (event: JobEvent) => boolean): Hooks {
  const stop = new AbortController()
  const emit = (event: JobEvent) => {
    if (isReached(event)) stop.abort()
  }
  return { emit, signal: stop.signal }
}

const never = () => false
const inAnswers = (candidate: boolean) => {
  let ended = 0
  return (event: JobEvent) => {
    if (event.type !== 'progress' || event.phase !== 'generate') return false
    if (event.done === event.total) ended++
    return ended === (candidate ? 1 : 0) && event.done > 100 && event.done < event.total
  }
}
const inVerdicts = (event: JobEvent) =>
  event.type === 'progress' && event.phase === 'judge' && event.done > 100 && event.done < event.total

const kept = ({ folder: of }: Project) => {
  try {
    return readdirSync(path.join(of, 'answers'))
  } catch {
    return []
  }
}

const verdictsOf = (project: Project, evaluation: string) =>
  listJudgements(project.db, evaluation).map(({ pairId, swapped, preference }) => [
    pairId,
    swapped,
    preference,
  ])

const whole = await setting('whole')
const expected = await judge(whole.lab, whole.input, stoppedAt(never))
assert.ok(expected.n > 150 && whole.counts.sampled === 2 * expected.n)
const expectedVerdicts = verdictsOf(whole.project, expected.evaluation)
await whole.close()

for (const [where, isReached] of [
  ['while the reference answers', inAnswers(false)],
  ['while the candidate answers', inAnswers(true)],
  ['while it is judged', inVerdicts],
] as const)
  test(`stopped ${where}, it is listed as unfinished, and resuming it gives the same result to the digit`, async () => {
    const { project, lab, close, counts, input } = await setting(where.replaceAll(' ', '-'))
    await assert.rejects(judge(lab, input, stoppedAt(isReached)))
    const [record] = recordsOf(project.db)
    assert.deepEqual([record!.canResume, record!.summary], [true, null])
    assert.equal(kept(project).length > 0, true)

    const resumed = await resumeJudge(
      lab,
      { project: project.folder, evaluation: record!.id.slice(0, 16), judgeServer: input.judgeServer },
      stoppedAt(never),
    )
    assert.deepEqual({ ...resumed, evaluation: '' }, { ...expected, evaluation: '' })
    assert.deepEqual(verdictsOf(project, resumed.evaluation), expectedVerdicts)
    assert.equal(counts.sampled, 2 * expected.n, 'no answer is sampled twice')
    assert.equal(resumed.evaluation, record!.id)
    assert.deepEqual(
      recordsOf(project.db).map(({ canResume, summary }) => [canResume, summary !== null]),
      [[false, true]],
    )
    assert.deepEqual(kept(project), [])
    await assert.rejects(
      resumeJudge(
        lab,
        { project: project.folder, evaluation: record!.id, judgeServer: input.judgeServer },
        stoppedAt(never),
      ),
      /is finished: there is nothing to resume/,
    )
    await close()
  })

test('it says which evaluation it works on before the first answer, so that none offers to resume it', async () => {
  const { project, lab, close, input } = await setting('announced')
  const events: JobEvent[] = []
  await judge(lab, input, { ...stoppedAt(never), emit: (event) => events.push(event) })
  const [record] = recordsOf(project.db)
  assert.deepEqual(events[0], { type: 'evaluating', evaluation: record!.id })
  await close()
})

test('the same command resumes it too, and a mistake leaves no record', async () => {
  const { project, lab, close, counts, input } = await setting('again')
  await assert.rejects(judge(lab, input, stoppedAt(inAnswers(true))))
  const { evaluation, ...result } = await judge(lab, input, stoppedAt(never))
  assert.deepEqual({ ...result, evaluation: '' }, { ...expected, evaluation: '' })
  assert.equal(counts.sampled, 2 * expected.n)
  await assert.rejects(judge(lab, { ...input, datasets: ['none'] }, stoppedAt(never)))
  assert.deepEqual(
    recordsOf(project.db).map(({ id }) => id),
    [evaluation],
  )
  await close()
})

test('the command line lists what was interrupted with how to resume it, and resumes it', async () => {
  const { project, lab, close, input } = await setting('listed')
  await assert.rejects(judge(lab, input, stoppedAt(inVerdicts)))
  const { id } = recordsOf(project.db)[0]!
  await close()
  const listed = await stet('evaluations', 'listed.stet')
  assert.match(listed.stdout, new RegExp(`Resume with: stet resume-judge PROJECT ${id}`))
  const resumed = await stet('resume-judge', 'listed.stet', id.slice(0, 16))
  assert.match(resumed.stdout, /win rate/, resumed.stderr)
  assert.equal(resumed.code, 0)
})
