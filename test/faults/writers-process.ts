/**
 * A host under load: `node writers-process.ts FOLDER ANNOTATORS` opens a project and lets each annotator save one edit
 * after the other, until it is killed. Prints each edit after the host has confirmed it.
 */
import { writeSync } from 'node:fs'
import { createRouterClient } from '@orpc/server'
import { openHost } from '../../electron/host/router.ts'
import { textOf } from './edits.ts'

const [project = '', names = ''] = process.argv.slice(2)
const { router } = openHost({ onOutput: () => {} })
const host = createRouterClient(router)
await host.projects.open({ project })

async function write(annotator: string): Promise<never> {
  const { ids } = await host.annotate.queue({ project, annotator, order: 'all' })
  const { annotation } = await host.annotate.open({ project, annotator, id: ids[0]! })
  for (let n = (annotation?.revision ?? 0) + 1; ; n++) {
    const saved = await host.annotate.save({
      project,
      annotation: {
        itemId: ids[0]!,
        annotator,
        edited: textOf(annotator, n),
        state: 'draft',
        operations: [],
        elapsedMs: n,
        provenance: 'human',
        createdAt: null,
      },
    })
    writeSync(1, `${annotator} ${saved.revision}\n`)
    // As over a socket: the next one comes after a turn of the event loop.
    await new Promise(setImmediate)
  }
}

await Promise.all(names.split(',').map(write))
