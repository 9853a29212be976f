/** The settings of a run, called and grouped as in the form; those that differ from their defaults are marked. */
import { writtenValue } from '../../electron/contract/fields.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import { settingGroups, wordsOfSetting } from '../../electron/contract/setting-words.ts'
import { ChangedDot } from '../ui/field.tsx'
import { timeOf } from '../ui/format.ts'
import { wordOf } from './differences.ts'
import { type FormField, formFields, grouped, identifierOf, valueAt } from './form-fields.ts'
import { kindOf } from './run-words.ts'

interface ShownSetting {
  field: FormField
  /** As it would be typed; empty if the run has none. */
  text: string
  isChanged: boolean
}

function settingsOf({ kind, config: { job } }: RunRecord): ShownSetting[] {
  return formFields(`train ${kind}`)
    .filter(({ path }) => path[0] === 'config')
    .map((field) => {
      const text = writtenValue(field, valueAt(job, field.path))
      return { field, text, isChanged: text !== field.fallback }
    })
}

/** How many settings differ from their defaults. */
export function changedCount(record: RunRecord): number {
  return settingsOf(record).filter(({ isChanged }) => isChanged).length
}

export function RunSettings({ record }: { record: RunRecord }) {
  const settings = settingsOf(record)
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
        <summary>As stored, with the models and the data</summary>
        <pre className="code settings-json">{JSON.stringify(record.config, null, 2)}</pre>
      </details>
    </div>
  )
}

function Row({ field, text, isChanged }: ShownSetting) {
  const { label, unit = field.unit, choices = {} } = wordsOfSetting(field.path, field.label)
  const name = identifierOf(field)
  const value = text === '' ? 'none' : wordOf(name, text, choices)
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
