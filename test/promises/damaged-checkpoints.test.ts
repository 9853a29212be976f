/** A run whose newest checkpoint is damaged, in any way, continues from the one before it and says so. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { JobEvent } from '../../electron/contract/events.ts'
import { damageOf } from '../../electron/engine/checkpoints/verify.ts'
import { openSafetensors, writeSafetensors } from '../../electron/engine/formats/safetensors.ts'
import { openHost } from '../../electron/host/router.ts'
import { listMarks, listRuns, readMetrics } from '../../electron/storage/index.ts'
import { temporaryFolder } from '../host/entry/cli-process.ts'
import { makeToyProject } from '../host/toy-project.ts'
import { quickCompilation } from '../invariant/compiled.ts'
import { type ToyFiles, writeToyFiles } from '../invariant/toy-jobs.ts'
import { count } from './count.ts'

process.env.XLA_FLAGS ??= quickCompilation
const folder = temporaryFolder()
const paused = path.join(folder, 'paused.stet')
const maxSteps = 16
const config = { batchSize: 4, epochs: 20, maxSteps, learningRate: 1e-2, checkpointEvery: 2 }
let files: ToyFiles
let run: string
/** Steps of the paused run's checkpoints; a pause comes a step or more after it was requested. */
let kept: number[]
let expected: Record<string, string>

/** One host for all resumed copies, so that compiled functions stay warm. */
const shared = openHost({ onOutput: () => {} })
after(() => shared.close())

/** Works on a project in a separate host, which frees the project at the end. */
async function withHost<Result>(
  work: (host: ReturnType<typeof clientOf>, lab: ReturnType<typeof openHost>) => Promise<Result>,
): Promise<Result> {
  const lab = openHost({ onOutput: () => {} })
  try {
    return await work(clientOf(lab), lab)
  } finally {
    await lab.close()
  }
}

function clientOf(lab: ReturnType<typeof openHost>) {
  return createRouterClient(lab.router)
}

async function notesOf<Result>(events: AsyncIterator<JobEvent, Result>) {
  const notes: string[] = []
  for (;;) {
    const next = await events.next()
    if (next.done) return { result: next.value, notes }
    if (next.value.type === 'note') notes.push(next.value.sentence)
  }
}

function withShared<Result>(
  work: (host: ReturnType<typeof clientOf>, lab: ReturnType<typeof openHost>) => Promise<Result>,
): Promise<Result> {
  return work(clientOf(shared), shared)
}

before(async () => {
  files = await writeToyFiles(folder)
  await withHost(async (host) => {
    await makeToyProject(host, paused, 30)
    const stop = new AbortController()
    const options = { project: paused, model: files.base, name: 'base', config }
    const events = await host.verbs['train sft'](options, { signal: stop.signal })
    for (;;) {
      const next = await events.next()
      if (next.done) break
      if (next.value.type === 'step' && next.value.step === 5) stop.abort()
    }
    const { runs } = await host.verbs.runs({ project: paused })
    run = runs[0]!.id
    assert.equal(runs[0]!.state, 'paused')
  })
  kept = stepsIn(paused).map((name) => Number(name.slice(5)))
  assert.equal(kept.length, 2, 'the two newest checkpoints are kept')
  expected = await finish(copyOf('whole')).then(({ model }) => model)
})

const runFolder = (project: string) => path.join(project, 'checkpoints', run)
const newestIn = (project: string) => path.join(runFolder(project), stepsIn(project).at(-1)!)

function stepsIn(project: string): string[] {
  return readdirSync(runFolder(project)).filter((name) => /^step-\d+$/.test(name))
}

function copyOf(name: string): string {
  const copy = path.join(folder, `${name}.stet`)
  cpSync(paused, copy, { recursive: true })
  return copy
}

/** Resumes the run to its end. @returns what was said, and the model */
async function finish(project: string) {
  return withShared(async (host, lab) => {
    const { result, notes } = await notesOf(await host.verbs.resume({ project, run }))
    assert.deepEqual([result.state, result.step], ['done', maxSteps])
    const { db } = await lab.lab.openProject(project)
    const model = path.join(runFolder(project), 'model')
    return {
      notes: notes.join('\n'),
      marks: listMarks(db, run)
        .map(({ sentence }) => sentence)
        .join('\n'),
      steps: readMetrics(db, run).filter(({ key }) => key === 'sft/loss').length,
      model: Object.fromEntries(
        readdirSync(model).map((name) => [name, readFileSync(path.join(model, name), 'base64')]),
      ),
    }
  })
}

/** Fills a tensor with one value, through the product's own writer. */
async function overwriteTensor(checkpoint: string, value: number): Promise<void> {
  const file = path.join(checkpoint, 'state.safetensors')
  const opened = openSafetensors(file)
  const tensors = [...opened.tensors].map(([name, { shape }], i) => {
    const values = opened.readTensor(name)
    if (i === 0) values.fill(value)
    return { name, shape, data: () => values }
  })
  await writeSafetensors(file, tensors)
}

function changeBytes(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file)
  change(bytes)
  writeFileSync(file, bytes)
}

const weightsOf = (checkpoint: string) => path.join(checkpoint, 'state.safetensors')
const recordOf = (checkpoint: string) => path.join(checkpoint, 'manifest.json')

/** The newest of the other checkpoints. */
function otherThan(checkpoint: string): string {
  const folder = path.dirname(checkpoint)
  const names = readdirSync(folder).filter((name) => /^step-\d+$/.test(name))
  return path.join(folder, names.filter((name) => name !== path.basename(checkpoint)).at(-1)!)
}

const damages: Record<string, { damage(checkpoint: string): void | Promise<void>; says: RegExp }> = {
  'cut weights': {
    damage: (checkpoint) => truncateSync(weightsOf(checkpoint), 1000),
    says: /state\.safetensors has 1000 bytes instead of \d+/,
  },
  'a flipped bit': {
    damage: (checkpoint) =>
      changeBytes(weightsOf(checkpoint), (bytes) => {
        const middle = bytes.length >> 1
        bytes[middle] = bytes[middle]! ^ 1
      }),
    says: /state\.safetensors differs from its checksum/,
  },
  'a flipped bit in the header of the weights': {
    damage: (checkpoint) =>
      changeBytes(weightsOf(checkpoint), (bytes) => {
        bytes[20] = bytes[20]! ^ 1
      }),
    says: /state\.safetensors differs from its checksum/,
  },
  'the weights of another checkpoint': {
    damage: (checkpoint) => cpSync(weightsOf(otherThan(checkpoint)), weightsOf(checkpoint)),
    says: /state\.safetensors differs from its checksum/,
  },
  'a folder in place of the weights': {
    damage: (checkpoint) => {
      rmSync(weightsOf(checkpoint))
      mkdirSync(weightsOf(checkpoint))
    },
    says: /state\.safetensors can't be read/,
  },
  'a file in its place': {
    damage: (checkpoint) => {
      rmSync(checkpoint, { recursive: true })
      writeFileSync(checkpoint, '')
    },
    says: /manifest\.json can't be read/,
  },
  '4 kB of zeros': {
    damage: (checkpoint) => changeBytes(weightsOf(checkpoint), (bytes) => bytes.fill(0, bytes.length - 4096)),
    says: /state\.safetensors differs from its checksum/,
  },
  'no weights': {
    damage: (checkpoint) => rmSync(weightsOf(checkpoint)),
    says: /state\.safetensors is missing/,
  },
  'no record': { damage: (checkpoint) => rmSync(recordOf(checkpoint)), says: /manifest\.json is missing/ },
  'an empty record': {
    damage: (checkpoint) => writeFileSync(recordOf(checkpoint), ''),
    says: /manifest\.json can't be read/,
  },
  'a record with nothing but its version': {
    damage: (checkpoint) => writeFileSync(recordOf(checkpoint), '{"version":1}'),
    says: /manifest\.json is incomplete/,
  },
  'weights of 1e30': {
    damage: (checkpoint) => overwriteTensor(checkpoint, 1e30),
    says: /state\.safetensors differs from its checksum/,
  },
  'weights that are not numbers': {
    damage: (checkpoint) => overwriteTensor(checkpoint, Number.NaN),
    says: /state\.safetensors differs from its checksum/,
  },
  'the record of another checkpoint': {
    damage: (checkpoint) => cpSync(recordOf(otherThan(checkpoint)), recordOf(checkpoint)),
    says: /manifest\.json is that of step \d+/,
  },
  'the record of another run at the same step': {
    damage: (checkpoint) => {
      const record = JSON.parse(readFileSync(recordOf(checkpoint), 'utf8'))
      record.files['state.safetensors'].crc32 = '01234567'
      writeFileSync(recordOf(checkpoint), JSON.stringify(record))
    },
    says: /manifest\.json differs from its checksum/,
  },
  'a changed counter in the record': {
    damage: (checkpoint) =>
      writeFileSync(
        recordOf(checkpoint),
        readFileSync(recordOf(checkpoint), 'utf8').replace('"state": {', '"state": { "updates": 3'),
      ),
    says: /manifest\.json differs from its checksum/,
  },
}

describe('the newest checkpoint with', () => {
  after(() =>
    count(
      'checkpoints',
      `the newest checkpoint damaged in ${Object.keys(damages).length} ways: each time named, set aside, and the run continued from the one before to the same bytes`,
    ),
  )
  for (const [name, { damage, says }] of Object.entries(damages)) {
    test(`${name} is set aside, and the run ends with the same bytes`, async () => {
      const project = copyOf(name.replaceAll(' ', '-'))
      await damage(newestIn(project))
      const { notes, marks, steps, model } = await finish(project)
      for (const said of [notes, marks]) {
        assert.match(said, says)
        const place = `checkpoint of step ${kept[1]} is damaged .*continues from that of step ${kept[0]}\\.`
        assert.match(said, new RegExp(place))
        assert.match(said, /kept in checkpoints.run_\w+.set-aside/)
      }
      assert.equal(steps, maxSteps)
      assert.deepEqual(model, expected)
      assert.equal(readdirSync(path.join(runFolder(project), 'set-aside')).length, 1)
    })
  }
})

/** As versions before checksums wrote it. */
function withoutChecksums(checkpoint: string): void {
  const { step, state } = JSON.parse(readFileSync(recordOf(checkpoint), 'utf8'))
  writeFileSync(recordOf(checkpoint), JSON.stringify({ version: 1, step, state }, null, 1))
}

test('checkpoints without checksums are resumed, unless their numbers are wild', async () => {
  const project = copyOf('old')
  for (const step of stepsIn(project)) withoutChecksums(path.join(runFolder(project), step))
  const { notes, model } = await finish(project)
  assert.doesNotMatch(notes, /damaged/)
  assert.deepEqual(model, expected)
  for (const value of [1e30, Number.NaN, Number.POSITIVE_INFINITY]) {
    const wild = copyOf(`old-${value}`)
    withoutChecksums(newestIn(wild))
    await overwriteTensor(newestIn(wild), value)
    assert.match((await damageOf(newestIn(wild))) ?? '', /too large or not finite/)
  }
})

test('a run whose checkpoints are all damaged starts over', async () => {
  const project = copyOf('all')
  for (const step of stepsIn(project)) rmSync(recordOf(path.join(runFolder(project), step)))
  const { notes, model } = await finish(project)
  assert.match(notes, /started over/)
  assert.match(notes, /no earlier one is left/)
  assert.deepEqual(model, expected)
})

test('a damaged checkpoint is not branched from', async () => {
  const project = copyOf('branched')
  changeBytes(weightsOf(newestIn(project)), (bytes) => bytes.fill(0, bytes.length - 4096))
  await withShared(async (host, lab) => {
    await assert.rejects(notesOf(await host.verbs.branch({ project, run })), {
      code: 'bad_input',
      message: /step \d+ of run \w+ is damaged \(state\.safetensors differs/,
    })
    assert.equal(listRuns((await lab.lab.openProject(project)).db).length, 1)
  })
})

describe('a database that is older than the checkpoints', () => {
  /** A project whose database knows the run up to step 2 only. */
  function withOlderDatabase(name: string): Promise<string> {
    const project = copyOf(name)
    return withShared(async (_, lab) => {
      const { db } = await lab.lab.openProject(project)
      db.prepare('DELETE FROM metrics WHERE run_id = ? AND step > 2').run(run)
      db.prepare('UPDATE runs SET result = NULL WHERE id = ?').run(run)
      return project
    })
  }

  test('leaves them in place of removing them, and says where', async () => {
    const project = await withOlderDatabase('older')
    const names = stepsIn(project)
    const bytes = names.map((step) => readFileSync(weightsOf(path.join(runFolder(project), step))))
    const { notes, marks, model } = await finish(project)
    for (const said of [notes, marks]) {
      assert.ok(said.includes(`end at step 2, before its checkpoints of steps ${kept.join(', ')}`), said)
      assert.match(said, new RegExp(`Nothing was removed.*set-aside.*stet branch .* --step ${kept[1]}`))
    }
    const aside = path.join(runFolder(project), 'set-aside')
    assert.deepEqual(readdirSync(aside), names)
    for (const [i, step] of names.entries())
      assert.ok(readFileSync(weightsOf(path.join(aside, step))).equals(bytes[i]!))
    assert.deepEqual(model, expected)
  })

  test('offers them to a branch, which ends as the run would have', async () => {
    const project = await withOlderDatabase('offered')
    await finish(project)
    await withShared(async (host) => {
      const { result } = await notesOf(
        await host.verbs.branch({ project, run, step: kept[1]!, name: 'again' }),
      )
      assert.deepEqual([result.state, result.step], ['done', maxSteps])
      const weights = (id: string) =>
        readFileSync(path.join(project, 'checkpoints', id, 'model/model.safetensors'), 'base64')
      assert.equal(weights(result.run), expected['model.safetensors'])
    })
  })
})

test('a model that has changed since it was registered is named before training', async () => {
  const project = copyOf('changed')
  await withShared(async (host) => {
    await notesOf(await host.verbs.resume({ project, run }))
    const config = { batchSize: 4, epochs: 1, maxSteps: 1 }
    const train = async (name: string) =>
      (await notesOf(await host.verbs['train sft']({ project, model: 'base', name, config }))).notes
    assert.doesNotMatch((await train('same')).join('\n'), /changed/)
    const weights = path.join(runFolder(project), 'model/model.safetensors')
    changeBytes(weights, (bytes) => {
      bytes[bytes.length - 4] = bytes[bytes.length - 4]! ^ 1
    })
    assert.match(
      (await train('other')).join('\n'),
      /model base has changed since it was added to the project: model\.safetensors/,
    )
  })
})
