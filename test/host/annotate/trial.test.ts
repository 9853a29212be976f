import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { noTrial } from '../../../electron/contract/annotate.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

async function projectOf(name: string, files: string[]): Promise<string> {
  const { folder: project } = await host.projects.create({ name })
  for await (const _ of await host.verbs.import({ project, files }));
  return project
}

const file = path.join(folder, 'items.jsonl')
writeRows(
  file,
  Array.from({ length: 60 }, (_, i) => ({ prompt: `Question ${i}?`, rejected: `Answer ${i} is bad.` })),
)

const annotator = 'ann'

test('help by chance is off until it is chosen, is reported with each item, and is kept with the edit and its export', async () => {
  const project = await projectOf('trial', [file])
  const { ids } = await host.annotate.queue({ project, annotator })
  assert.deepEqual(await host.annotate.trial({ project }), noTrial)
  assert.deepEqual((await host.annotate.open({ project, annotator, id: ids[0]! })).assigned, {})
  assert.deepEqual(await host.annotate.helpEffects({ project }), [])

  const trial = { ...noTrial, draft: true, seed: 7 }
  await host.annotate.saveTrial({ project, trial })
  assert.deepEqual(await host.annotate.trial({ project }), trial)

  // With a draft an edit takes 2 s and one step, without one 9 s and three.
  for (const [i, id] of ids.entries()) {
    const { assigned } = await host.annotate.open({ project, annotator, id })
    const again = await host.annotate.open({ project, annotator, id })
    assert.deepEqual(again.assigned, assigned)
    assert.equal(typeof assigned.draft, 'boolean')
    const steps = assigned.draft ? 1 : 3
    const operations = Array.from({ length: steps }, (_, n) => ({
      at: 0,
      removed: '',
      inserted: 'x',
      elapsedMs: n,
    }))
    const annotation = {
      itemId: id,
      annotator,
      // A draft that is not finished does not count.
      state: i === 0 ? ('draft' as const) : ('done' as const),
      edited: `Answer ${i} is good.`,
      operations,
      elapsedMs: assigned.draft ? 2000 : 9000,
      provenance: 'human' as const,
      createdAt: null,
      shown: assigned,
    }
    await host.annotate.save({ project, annotation })
    const stored = (await host.annotate.open({ project, annotator, id })).annotation
    assert.deepEqual(stored?.shown, assigned)
  }
  const effects = await host.annotate.helpEffects({ project })
  assert.deepEqual(
    effects.map(({ help, measure, shown, hidden, difference }) => [
      help,
      measure,
      shown.median,
      hidden.median,
      difference,
    ]),
    [
      ['draft', 'activeSeconds', 2, 9, { value: -7, low: -7, high: -7 }],
      ['draft', 'steps', 1, 3, { value: -2, low: -2, high: -2 }],
      ['draft', 'needed', 9, 9, { value: 0, low: 0, high: 0 }],
    ],
  )
  assert.equal(effects[0]!.shown.n + effects[0]!.hidden.n, ids.length - 1)
  assert.ok(effects[0]!.shown.n > 15 && effects[0]!.hidden.n > 15)

  const out = path.join(folder, 'out.jsonl')
  for await (const _ of await host.verbs.export({ project, out }));
  const copy = await projectOf('trial-copy', [out])
  const theirs = await host.annotate.open({ project: copy, annotator, id: ids[5]! })
  const ours = await host.annotate.open({ project, annotator, id: ids[5]! })
  assert.deepEqual(theirs.annotation?.shown, ours.annotation?.shown)
  assert.deepEqual(theirs.assigned, {}, 'the trial itself is the project’s')
})
