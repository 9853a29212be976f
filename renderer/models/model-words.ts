/** How models and their facts are put into words. */
import type { ModelRecord } from '../../electron/contract/models.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import { timeOf } from '../ui/format.ts'

export function isLanguage({ kind }: Pick<ModelRecord, 'kind'>): boolean {
  return kind !== 'reward'
}

/** What made it: `PPO, step 112`; for a model from elsewhere, the form of its files. */
export function madeBy({ trainedBy, format, run }: ModelRecord): string {
  if (trainedBy) {
    const { kind, step } = trainedBy
    return step === null ? runKinds[kind].title : `${runKinds[kind].title}, step ${step.toLocaleString('en')}`
  }
  if (run !== null) return 'Trained here'
  if (format === null) return 'Files cannot be read'
  return format === 'GGUF' ? 'GGUF' : 'Hugging Face'
}

export function parametersOf(parameters: number | null): string {
  if (parameters === null) return 'cannot be read'
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(2)} billion`
  return parameters < 1e6
    ? `${Math.round(parameters / 1e3).toLocaleString('en')} thousand`
    : `${(parameters / 1e6).toFixed(1)} million`
}

/** In groups of four, as one reads it aloud. */
export function fingerprintOf(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ')
}

export interface Fact {
  name: string
  value: string
  isCode?: boolean
}

/** All but the run, which is a link. */
export function factsOf(model: ModelRecord, sizeOf: (bytes: number) => string): Fact[] {
  const { from, rewardedBy, parameters, sizeBytes, format, fingerprint, createdAt, path } = model
  const facts: Fact[] = []
  if (from !== null) facts.push({ name: 'From', value: from })
  if (rewardedBy.length > 0) facts.push({ name: 'Rewarded by', value: rewardedBy.join(', ') })
  facts.push({ name: 'Parameters', value: parametersOf(parameters) })
  facts.push({ name: 'Size', value: format === null ? sizeOf(sizeBytes) : `${sizeOf(sizeBytes)}, ${format}` })
  facts.push({ name: 'Added', value: timeOf(createdAt) })
  facts.push({ name: 'Fingerprint', value: fingerprintOf(fingerprint), isCode: true })
  facts.push({ name: 'Folder', value: path, isCode: true })
  return facts
}
