/**
 * The project that the screenshots show, made through the host's own contract: the texts of the mock-ups beside the
 * sample world's, edits and verdicts of a person, trained models with their evaluations, and further projects.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { App } from '../app.ts'
import { editOf, type Row, rows } from './texts.ts'
import { perform, train } from './training.ts'

export const annotator = 'Ines'

export async function makeProject(app: App): Promise<void> {
  await app.makeSample()
  await app.host.projects.rename({ project: app.project, name: 'Everyday English' })
  await train(app)
  await fill(app)
}

/** What comes after the training. */
export async function fill(app: App): Promise<void> {
  await evaluate(app)
  await addTexts(app)
  await annotate(app)
  await judgeTexts(app)
  await addProjects(app)
}

/** Every aligned model against the reference, by two judges; the run that paused itself has made none. */
async function evaluate(app: App): Promise<void> {
  for (const judge of ['length:shorter', 'world'])
    for (const candidate of ['sequence-edited', 'token-1', 'token-2'])
      await perform(app, 'judge', { reference: 'reference', candidate, judge, prompts: 128, temperature: 1 })
}

async function importRows(app: App, dataset: string, texts: readonly object[]): Promise<void> {
  const file = path.join(app.folder, `${dataset}.jsonl`)
  writeFileSync(file, texts.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await perform(app, 'import', { files: [file], dataset })
}

async function addTexts(app: App): Promise<void> {
  for (const dataset of ['Help desk', 'Summaries', 'Translation'] as const) {
    const own = rows.filter((row) => row.dataset === dataset)
    await importRows(
      app,
      dataset,
      own.map(({ prompt, context, chosen, rejected }) => ({ prompt, context, chosen, rejected })),
    )
  }
}

/** The id of the item with a prompt. */
export async function idOf(app: App, prompt: string): Promise<string> {
  const { host, project } = app
  const { ids } = await host.annotate.queue({ project, annotator, order: 'all', search: prompt.slice(0, 30) })
  if (ids.length !== 1) throw new Error(`${ids.length} items have the prompt "${prompt}".`)
  return ids[0]!
}

async function annotate(app: App): Promise<void> {
  for (const row of rows) if (row.state !== undefined) await save(app, row, row.state)
}

async function save(app: App, row: Row, state: NonNullable<Row['state']>): Promise<void> {
  const { host, project } = app
  const itemId = await idOf(app, row.prompt)
  const { edited, operations } = editOf(row)
  await host.annotate.save({
    project,
    annotation: {
      itemId,
      annotator,
      state,
      edited,
      operations,
      elapsedMs: 12_000 * operations.length,
      provenance: 'human',
      createdAt: null,
    },
  })
  if (row.note !== undefined) await host.annotate.note({ project, annotator, id: itemId, text: row.note })
}

/** Answers to the help desk's questions, compared as two files of outputs; people judge the same pairs. */
async function judgeTexts(app: App): Promise<void> {
  const file = (name: string, outputOf: (row: Row) => string) => {
    const written = path.join(app.folder, name)
    const outputs = rows.map((row) => ({
      instruction: row.prompt,
      input: row.context ?? '',
      output: outputOf(row),
    }))
    writeFileSync(written, JSON.stringify(outputs))
    return written
  }
  await perform(app, 'judge', {
    reference: file('before.json', ({ rejected }) => rejected),
    candidate: file('after.json', (row) => row.chosen ?? editOf(row).edited),
    judge: 'length:shorter',
    datasets: ['Help desk', 'Summaries', 'Translation'],
    heldout: 0.9,
  })
}

async function addProjects(app: App): Promise<void> {
  const own = app.project
  for (const [name, count] of [
    ['Legal summaries', 40],
    ['Clinic letters', 24],
  ] as const) {
    app.project = (await app.host.projects.create({ name })).folder
    await importRows(
      app,
      name,
      Array.from({ length: count }, (_, i) => ({
        prompt: `${name}, number ${i + 1}`,
        rejected: 'To be edited.',
      })),
    )
    await app.host.projects.open({ project: app.project })
  }
  app.project = own
  await app.host.projects.open({ project: own })
}
