/** The settings of a run, called and grouped as in the form; those that differ from their defaults are marked. */
import { useQuery } from '@tanstack/react-query'
import { writtenValue } from '../../electron/contract/fields.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import { settingGroups, wordsOfSetting } from '../../electron/contract/setting-words.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { ChangedDot } from '../ui/field.tsx'
import { timeOf } from '../ui/format.ts'
import { wordOf } from './differences.ts'
import { type FormField, formFields, grouped, identifierOf, valueAt } from './form-fields.ts'
import { inputOfRun, type NamedModel } from './input-of-run.ts'
import { kindOf } from './run-words.ts'

interface ShownSetting {
  field: FormField
  /** As it would be typed; empty if the run has none. */
  text: string
  isChanged: boolean
}

function settingsOf(record: RunRecord, models: readonly NamedModel[]): ShownSetting[] {
  const input = inputOfRun(record, models)
  return formFields(`train ${record.kind}`)
    .filter(({ path }) => path[0] !== 'name')
    .map((field) => {
      const text = writtenValue(field, valueAt(input, field.path))
      return { field, text, isChanged: field.path[0] === 'config' && text !== field.fallback }
    })
}

/** How many settings differ from their defaults. */
export function changedCount(record: RunRecord): number {
  return settingsOf(record, []).filter(({ isChanged }) => isChanged).length
}

export function RunSettings({ record }: { record: RunRecord }) {
  const project = useProject()
  const { data: models = [] } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const settings = settingsOf(record, models)
  const settingOf = (field: FormField) => settings.find((setting) => setting.field === field)!
  return (
    <div className="pad col run-settings">
      <p className="second">
        {kindOf(record)}, started {timeOf(record.createdAt)}, Stet {record.codeVersion}
      </p>
      {grouped(settings.map(({ field }) => field)).map(({ group, fields }) => (
        <section key={group} className="form-group" aria-labelledby={`settings-${group}`}>
          <header>
            <h2 id={`settings-${group}`}>{settingGroups[group].title}</h2>
          </header>
          <dl>
            {fields.map((field) => (
              <Row key={field.key} {...settingOf(field)} />
            ))}
          </dl>
        </section>
      ))}
      <details>
        <summary>As stored</summary>
        <pre className="code settings-json">{JSON.stringify(record.config, null, 2)}</pre>
      </details>
    </div>
  )
}

/** What a setting that was left empty means, if it is not nothing. */
const whenEmpty: Readonly<Record<string, string>> = { datasets: 'all of the project' }

function Row({ field, text, isChanged }: ShownSetting) {
  const { label, unit = field.unit, choices = {} } = wordsOfSetting(field.path, field.label)
  const name = identifierOf(field)
  const value = text === '' ? (whenEmpty[name] ?? 'none') : wordOf(name, text, choices)
  const isNumber = text !== '' && !Number.isNaN(Number(text))
  return (
    <div>
      <dt title={name}>
        {label} {isChanged && <ChangedDot />}
      </dt>
      <dd className={isChanged ? 'medium num' : 'second num'}>
        {value}
        {unit && isNumber && <span className="quiet"> {value === '1' ? unit.replace(/s$/, '') : unit}</span>}
      </dd>
    </div>
  )
}
