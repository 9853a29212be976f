/** A project of the toy's pairs with their edits, made as a user makes one. */
import path from 'node:path'
import type { createRouterClient } from '@orpc/server'
import type { Host } from '../../electron/host/router.ts'
import { toyRows } from '../invariant/toy.ts'
import { writeRows } from './entry/cli-process.ts'

type Client = ReturnType<typeof createRouterClient<Host['router'], Record<never, never>>>

/** @param project its folder; the imported file is written beside it */
export async function makeToyProject(host: Client, project: string, pairs: number): Promise<void> {
  const rows = toyRows(pairs).map(({ item, edited }) => ({
    prompt: item.prompt[0]!.content,
    chosen: item.chosen,
    rejected: item.rejected,
    edited,
  }))
  const file = writeRows(path.join(path.dirname(project), 'rows.jsonl'), rows)
  await host.verbs.init({ project })
  for await (const _ of await host.verbs.import({ project, files: [file] }));
}
