/** Folders, projects and records for tests of storage; everything is removed at the end. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import type { Item, NewAnnotation } from '../../electron/contract/records.ts'
import { makeItem } from '../../electron/pipeline/data/item.ts'
import type { NewRun } from '../../electron/storage/index.ts'
import { createProject, type Project } from '../../electron/storage/project.ts'

export const scratch = mkdtempSync(path.join(os.tmpdir(), 'stet-storage-'))
const opened: Project[] = []
after(() => {
  for (const project of opened) project.close()
  rmSync(scratch, { recursive: true, force: true })
})

let folders = 0

export function newFolder(): string {
  return path.join(scratch, `${++folders}.stet`)
}

export async function newProject(folder = newFolder()): Promise<Project> {
  const project = await createProject(folder, 'test')
  opened.push(project)
  return project
}

export function newItem(n: number, fields: Partial<Item> = {}): Item {
  const { id: _, ...content } = fields
  return makeItem({
    source: 'test',
    prompt: [{ role: 'user', content: `p${n}` }],
    rejected: `r${n}`,
    ...content,
  })
}

export function edit(item: Item, edited: string, fields: Partial<NewAnnotation> = {}): NewAnnotation {
  return {
    itemId: item.id,
    annotator: 'ann',
    state: 'done',
    edited,
    operations: [],
    elapsedMs: 12.5,
    provenance: 'human',
    createdAt: null,
    ...fields,
  }
}

export const someRun: NewRun = {
  kind: 'ppo',
  name: 'first',
  config: { job: { kind: 'ppo', config: { klCoef: 0.1 } }, modelName: null },
  seeds: { rollout: 1 },
  codeVersion: '0.1.0',
  parentId: null,
}
