/** What Annotate shows beside the text, and when it warns. */
import { changeSettings, defaultSettings, type Settings, useSettings } from '../app/settings.ts'
import { Field } from '../ui/field.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Switch } from '../ui/switch.tsx'
import { Group } from './group.tsx'

const units = [
  { value: 'words', text: 'Words' },
  { value: 'tokens', text: 'Tokens' },
] as const satisfies readonly { value: Settings['diffIn']; text: string }[]

export function Annotating() {
  const { editRatioTarget, diffIn } = useSettings()
  return (
    <Group title="Annotating">
      <Field
        label="Warn above edit ratio"
        help="Changed words as a share of all words. Nothing is blocked."
        isChanged={editRatioTarget !== defaultSettings.editRatioTarget}
        onReset={() => changeSettings({ editRatioTarget: defaultSettings.editRatioTarget })}
      >
        <NumberField
          min={0.05}
          max={1}
          step={0.05}
          value={editRatioTarget}
          onChange={(value) => value !== null && changeSettings({ editRatioTarget: value })}
        />
      </Field>
      <Field
        label="Show changes in"
        help="Tokens are those of the newest model, or of the one chosen in Annotate."
      >
        <Segmented
          label="Show changes in"
          segments={units}
          value={diffIn}
          onChange={(next) => changeSettings({ diffIn: next })}
        />
      </Field>
      <div className="set-wide set-switches">
        <Shown name="showsQueue" label="Queue beside the item" />
        <Shown name="showsContext" label="Context" />
        <Shown name="showsPreferred" label="Preferred response" />
        <Shown name="showsWhitespace" label="Spaces, tabs and line ends" />
      </div>
    </Group>
  )
}

type Shows = 'showsQueue' | 'showsContext' | 'showsPreferred' | 'showsWhitespace'

function Shown({ name, label }: { name: Shows; label: string }) {
  const settings = useSettings()
  return <Switch label={label} isOn={settings[name]} onChange={(next) => changeSettings({ [name]: next })} />
}
