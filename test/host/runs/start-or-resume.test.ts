/** An experiment that was stopped and started again makes no run twice, even if settings were added since. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import type { Item } from '../../../electron/contract/records.ts'
import { SftConfig } from '../../../electron/contract/run-kinds/sft.ts'
import { openLab } from '../../../electron/host/lab.ts'
import { jobOf, startOrResume } from '../../../electron/host/runs/run.ts'
import { type Db, getRun, listModels, listRuns } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

const script = path.resolve(import.meta.dirname, '../../trainer/fake-training-trainer.ts')

function item(id: string): Item {
  const prompt = [{ role: 'user' as const, content: `Question ${id}?` }]
  return {
    ...{ id, prompt, context: '', chosen: 'Yes.', rejected: null, errorSpans: null },
    ...{ source: 'test', sourceId: null, metadata: {} },
  }
}

/** Long enough that a stop at the tenth step comes before the end, on a busy machine too. */
const steps = 400

function planOf(name: string, epochs: number, ids = ['a', 'b']) {
  return {
    job: {
      kind: 'sft' as const,
      model: { preset: 'tiny' as const, words: [], seed: 1 },
      config: SftConfig.parse({ epochs, checkpointEvery: 5 }),
    },
    name,
    rows: ids.map((id) => ({ split: 'train' as const, item: item(id), edited: null })),
    choice: { datasets: [], heldout: 0.1, heldoutLimit: 10 },
    parentId: null,
  }
}

/** As if the run had been made before this setting existed. */
function forgetSetting(db: Db, run: string, path: string): void {
  const { changes } = db
    .prepare(
      'UPDATE runs SET config = json_remove(config, ?) WHERE id = ? AND json_type(config, ?) IS NOT NULL',
    )
    .run(path, run, path)
  assert.equal(changes, 1)
}

test('a stopped run is resumed, a finished one reused, and other settings start a new run', async () => {
  const lab = openLab({ script, onOutput: () => {} })
  try {
    const project = await lab.lab.createProject(path.join(temporaryFolder(), 'p.stet'))
    const run = (plan: ReturnType<typeof planOf>, stopAt = Number.POSITIVE_INFINITY) => {
      const stop = new AbortController()
      const emit = (event: JobEvent) => event.type === 'step' && event.step >= stopAt && stop.abort()
      return startOrResume(lab.lab, project, plan, { emit, signal: stop.signal })
    }
    const stopped = await run(planOf('arm', steps), 10)
    assert.equal(stopped.state, 'paused')
    const whole = await run(planOf('arm', steps))
    assert.deepEqual([whole.run, whole.state, whole.step], [stopped.run, 'done', steps])

    const again = await run(planOf('arm', steps))
    assert.deepEqual([again.run, again.name, again.model], [whole.run, 'arm', whole.model])
    assert.equal(listRuns(project.db).length, 1)

    forgetSetting(project.db, whole.run, '$.job.config.responses')
    assert.equal((await run(planOf('arm', steps))).run, whole.run)
    forgetSetting(project.db, whole.run, '$.job.config.klSamples')
    const job = jobOf(project, getRun(project.db, whole.run))
    assert.equal(job.kind === 'sft' && job.config.klSamples, 0, 'as before the setting existed')

    const longer = await run(planOf('arm', steps + 5))
    assert.deepEqual([longer.name, longer.step], ['arm-2', steps + 5])
    const otherRows = await run(planOf('arm', steps, ['a', 'c']))
    assert.equal(otherRows.name, 'arm-3')
    assert.equal((await run(planOf('arm', steps + 5))).run, longer.run)
    assert.deepEqual(
      listModels(project.db).map(({ name }) => name),
      ['arm', 'arm-2', 'arm-3'],
    )
  } finally {
    await lab.close()
  }
})
