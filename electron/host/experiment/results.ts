/** Results of experiments: kept in the project, written as files with their report, and found again. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { ResultRecord } from '../../contract/report.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { createEvaluation, finishEvaluation, type Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { experimentKind, newestExperimentEvaluation } from '../judge/evaluation-records.ts'
import { outputFile } from '../output-file.ts'
import { reportMarkdown } from '../report/markdown.ts'
import { reportHtml } from '../report/report.ts'

/** Saves the record in the project's database, and the record and its report as files in the project. */
export async function saveResult(project: Project, record: ResultRecord): Promise<void> {
  const json = JSON.parse(JSON.stringify(record))
  const evaluation = createEvaluation(project.db, {
    kind: experimentKind,
    name: 'experiment',
    runId: null,
    config: json.settings,
  })
  finishEvaluation(project.db, evaluation.id, json)
  await writeResult(exportsFolder(project), record)
}

/** Writes result.json, report.html and report.md. */
export async function writeResult(folder: string, record: ResultRecord): Promise<void> {
  await writeFileAtomic(path.join(folder, 'result.json'), [`${JSON.stringify(record, null, 1)}\n`])
  await writeFileAtomic(path.join(folder, 'report.html'), [reportHtml(record)])
  await writeFileAtomic(path.join(folder, 'report.md'), [reportMarkdown(record)])
}

function exportsFolder({ folder }: Project): string {
  const exports = path.join(folder, 'exports')
  mkdirSync(exports, { recursive: true })
  return exports
}

/** The verb `report`: the report of the newest finished experiment. */
export async function report(
  lab: Lab,
  { project: folder, out, force }: VerbInput<'report'>,
): Promise<VerbResult<'report'>> {
  const project = await lab.openProject(folder)
  const newest = newestExperimentEvaluation(project.db)
  if (!newest)
    throw new UserError(
      'not_found',
      `${folder} has no finished experiment yet. Run \`stet experiment\` first.`,
    )
  const file = out === null ? path.join(exportsFolder(project), 'report.html') : outputFile(out, force)
  const record = ResultRecord.parse(newest.result)
  await writeFileAtomic(file, [file.endsWith('.md') ? reportMarkdown(record) : reportHtml(record)])
  return { file }
}
