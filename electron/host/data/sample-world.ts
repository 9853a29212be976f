/** Puts a sample world's data into a project: demonstrations to start from, and pairs that are also edits. */
import { createHash } from 'node:crypto'
import type { ImportRow, Item } from '../../contract/records.ts'
import type { EditorMix, WorldName } from '../../contract/worlds.ts'
import { importRows, type Project } from '../../storage/index.ts'
import { makeDemonstrations, makePairs, type SamplePair } from '../../world/samples.ts'
import { worldOf } from '../../world/worlds.ts'

export interface WorldSizes {
  demonstrations: number
  pairs: number
}

export const worldDatasets = { demonstrations: 'demonstrations', pairs: 'pairs' }

export interface SampleChoice {
  world: WorldName
  editors: EditorMix
  sizes: WorldSizes
  seed: number
}

export async function importSampleWorld(
  { db }: Project,
  { world: worldName, editors, sizes, seed }: SampleChoice,
): Promise<void> {
  const world = worldOf(worldName)
  const demonstrations = makeDemonstrations(world, { seed, n: sizes.demonstrations, split: 'train' })
  const pairs = makePairs(world, { seed, n: sizes.pairs, split: 'train' }, editors)
  for (const [name, rows] of [
    [worldDatasets.demonstrations, demonstrations.map((item, i) => rowOf(item, i))],
    [worldDatasets.pairs, pairs.map((pair, i) => editRowOf(pair, i))],
  ] as const) {
    const content = JSON.stringify(rows)
    const sha256 = createHash('sha256').update(content).digest('hex')
    await importRows(db, rows, { name, files: [{ name: 'sample world', sizeBytes: content.length, sha256 }] })
  }
}

function rowOf(item: Item, index: number): ImportRow {
  return { file: 'sample world', line: index + 1, item, annotations: [] }
}

/** The edit as a finished annotation, in the name of its editor. */
function editRowOf({ item, edited, editor }: SamplePair, index: number): ImportRow {
  const annotation = {
    itemId: item.id,
    annotator: editor,
    state: 'done' as const,
    edited,
    operations: [],
    elapsedMs: 0,
    provenance: 'programmatic' as const,
    createdAt: null,
  }
  return { ...rowOf(item, index), annotations: [annotation] }
}
