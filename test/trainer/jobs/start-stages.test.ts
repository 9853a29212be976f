import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { JobEvent, StartStage } from '../../../electron/contract/events.ts'
import { wordsOfProgram, wordsOfStage } from '../../../electron/contract/program-words.ts'
import type { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import { runtime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../../invariant/compiled.ts'
import { jobNames, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const scratch = mkdtempSync(path.join(tmpdir(), 'stet-start-'))
const files = await writeToyFiles(scratch)

/** What a job reports up to its first step, after which it pauses. */
async function startOf(job: TrainingJob): Promise<StartStage[]> {
  const stop = new AbortController()
  const stages: StartStage[] = []
  let stepped = false
  const emit = (event: JobEvent) => {
    if (event.type === 'step') stop.abort()
    stepped ||= event.type === 'step'
    if (event.type !== 'starting') return
    assert.ok(!stepped, 'nothing is reported of the start after the first step')
    stages.push(event.at)
  }
  await runJob(job, { emit, signal: stop.signal })
  return stages
}

const compilingOf = (stages: StartStage[]) => stages.filter((at) => at.stage === 'compiling')

for (const name of jobNames)
  test(`${name} counts the programs that it compiles up to its first step, started and resumed`, async (t) => {
    if (!compiledRuntimeOrSkip(t)) return
    await openQuicklyCompilingRuntime()
    assert.ok(runtime().compiles)
    const job = toyJob(name, files, path.join(scratch, name))
    for (const how of ['started', 'resumed']) {
      const stages = await startOf(job)
      assert.equal(stages[0]?.stage, 'opening')
      const programs = compilingOf(stages)
      assert.ok(programs.length > 0, how)
      const known = programs.map(({ number, of, program }) => `${number} of ${of}: ${program}`)
      const expected = programs.map(({ program }, i) => `${i + 1} of ${programs.length}: ${program}`)
      assert.deepEqual(known, expected, how)
      for (const { program } of programs) assert.notEqual(wordsOfProgram(program), program)
      assert.deepEqual(stages.at(-1), {
        stage: 'computing',
        compiled: programs.length,
        of: programs.length,
      })
    }
  })

test('a stage is a sentence with its count, or without one if more are compiled than were foreseen', () => {
  const at = { stage: 'compiling', program: 'ppo_step', number: 2 } as const
  assert.equal(wordsOfStage({ ...at, of: 5 }), 'compiling 2 of 5: policy step')
  assert.equal(wordsOfStage({ ...at, of: null }), 'compiling program 2: policy step')
})
