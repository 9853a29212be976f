/** What an import says of its progress: it says how far it is until nearly the end. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const rows = 12_000
/** Of the whole time: what comes after the last progress was half of it when storing said nothing. */
const maxSilentShare = 0.3

for (const annotator of [null, 'Ann'])
  test(`while an import works, it says how long it will, ${annotator === null ? 'rows without' : 'with'} an annotator`, async () => {
    const { folder: project } = await host.projects.create({ name: `progress ${annotator}` })
    const file = path.join(folder, 'many.jsonl')
    writeRows(
      file,
      Array.from({ length: rows }, (_, n) => ({
        prompt: `Question ${n}?`,
        rejected: `Answer ${n} is bad. `.repeat(20),
        annotator,
        edited: `Answer ${n} is good. `.repeat(20),
      })),
    )
    const startedAt = performance.now()
    const { id } = await host.work.start({ verb: 'import', input: { project, files: [file] } })
    let lastAfterMs = 0
    const estimates: number[] = []
    for await (const event of await host.work.watch({ id })) {
      if (event.type !== 'progress') continue
      const { secondsLeft } = await host.work.get({ id })
      if (secondsLeft !== null) estimates.push(secondsLeft)
      lastAfterMs = performance.now() - startedAt
    }
    const wholeMs = performance.now() - startedAt
    assert.equal((await host.work.get({ id })).error, null)
    assert.ok(estimates.length > 3, `${estimates.length} estimates`)
    const share = (wholeMs - lastAfterMs) / wholeMs
    assert.ok(share < maxSilentShare, `${Math.round(100 * share)}% of the time came after the last progress`)
  })
