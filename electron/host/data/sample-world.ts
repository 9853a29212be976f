/** Puts the sample world's data into a project: demonstrations to start from, and pairs that are also edits. */
import { createHash } from 'node:crypto'
import type { EditedPair, ImportRow, Item } from '../../contract/records.ts'
import { importRows, type Project } from '../../storage/index.ts'
import { makeDemonstrations, makePairs } from '../../world/samples.ts'
import { loadWorld } from '../../world/world.ts'

export interface WorldSizes {
  demonstrations: number
  pairs: number
}

export const worldDatasets = { demonstrations: 'demonstrations', pairs: 'pairs' }

export async function importSampleWorld({ db }: Project, sizes: WorldSizes, seed: number): Promise<void> {
  const world = loadWorld()
  const demonstrations = makeDemonstrations(world, { seed, n: sizes.demonstrations, split: 'train' })
  const pairs = makePairs(world, { seed, n: sizes.pairs, split: 'train' })
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

/** The edit as a finished annotation of the world's programmatic annotator. */
function editRowOf({ item, edited }: EditedPair, index: number): ImportRow {
  const annotation = {
    itemId: item.id,
    annotator: 'sample world',
    state: 'done' as const,
    edited,
    operations: [],
    elapsedMs: 0,
    provenance: 'programmatic' as const,
    createdAt: null,
  }
  return { ...rowOf(item, index), annotations: [annotation] }
}
