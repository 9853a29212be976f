/** All of storage that the host may use. */
export {
  countAnnotations,
  iterateAnnotatedItems,
  latestAnnotation,
  listAnnotations,
  saveAnnotation,
} from './annotations.ts'
export { type Db, sqliteVersion, transact } from './database.ts'
export { type Dataset, type DatasetFile, datasetNamesOf, describeFile, listDatasets } from './datasets.ts'
export { iterateRecordedWork, type RecordedWork } from './effort.ts'
export * from './evaluations.ts'
export { editsOfBoth, type FinishedEdit, finishedBy, newestFinishedEdits } from './finished-edits.ts'
export { getGuidelines, saveGuidelines } from './guidelines.ts'
export {
  type DatasetSource,
  type ImportOptions,
  type ImportResult,
  importDatasets,
  importRows,
} from './import-rows.ts'
export { type TableQuery, type TableRow, tableIds, tablePage } from './item-table.ts'
export { addItems, countItems, getItem, type ItemFilter, iterateEditedPairs, iterateItems } from './items.ts'
export { countJoined } from './joined-rows.ts'
export * from './judgements.ts'
export { ProjectInUse } from './lock.ts'
export * from './metrics.ts'
export * from './models.ts'
export { itemNote, saveNote } from './notes.ts'
export { countWork } from './overview.ts'
export { createProject, openProject, openProjectBeside, type Project, renameProject } from './project.ts'
export { annotatorQueue, type QueueFilter } from './queue.ts'
export { type Copy, listCopies, problemOfProject, type Recovery, recoverProject } from './recover.ts'
export { removeDataset, removeItems, renameDataset } from './remove-items.ts'
export * from './run-details.ts'
export * from './run-history.ts'
export { createRun, getRun, listRuns, type NewRun, type Run, setRunState } from './runs.ts'
export * from './samples.ts'
export * from './skipped-pairs.ts'
export { defaultHeldoutShare, type Split, splitOf, splitPoint } from './split.ts'
export { getTrial, saveTrial } from './trials.ts'
export * from './unread-replies.ts'
export { displaced, displacementOf } from './whereabouts.ts'
