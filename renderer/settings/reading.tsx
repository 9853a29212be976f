/** How the UI and the texts look; every change shows at once. */
import { changeSettings, defaultSettings, type Settings, useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Radios } from '../ui/radios.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Slider } from '../ui/slider.tsx'
import { Switch } from '../ui/switch.tsx'
import { Group } from './group.tsx'
import '../ui/card.css'
import '../ui/proof.css'

const themes = [
  { value: 'system', text: 'Match system' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
] as const satisfies readonly { value: Settings['theme']; text: string }[]

export function Appearance() {
  const { theme, textSize, reducesMotion, hasMoreContrast } = useSettings()
  return (
    <Group title="Appearance">
      <div className="set-wide">
        <Field label="Theme">
          <Radios
            areCards
            options={themes.map(({ value, text }) => ({
              value,
              text: <ThemePicture theme={value} text={text} />,
            }))}
            value={theme}
            onChange={(next) => changeSettings({ theme: next })}
          />
        </Field>
      </div>
      <Field label="Interface size" help="Scales everything, texts included.">
        <Slider
          label="Interface size"
          min={80}
          max={200}
          step={10}
          value={textSize}
          format={(value) => `${value}%`}
          onChange={(next) => changeSettings({ textSize: next })}
        />
      </Field>
      <Field label="Motion" help="Motion is always reduced if your system asks for it.">
        <Switch
          label="Reduce"
          isOn={reducesMotion}
          onChange={(next) => changeSettings({ reducesMotion: next })}
        />
      </Field>
      <Field label="Contrast" help="Stronger lines and darker small text.">
        <Switch
          label="More"
          isOn={hasMoreContrast}
          onChange={(next) => changeSettings({ hasMoreContrast: next })}
        />
      </Field>
    </Group>
  )
}

function ThemePicture({ theme, text }: { theme: Settings['theme']; text: string }) {
  return (
    <span className="set-theme">
      <span className="set-picture">
        {(theme === 'system' ? ['light', 'dark'] : [theme]).map((half) => (
          <i key={half} className={half} />
        ))}
      </span>
      {text}
    </span>
  )
}

const faces = [
  { value: 'serif', text: 'Serif' },
  { value: 'sans', text: 'Sans' },
  { value: 'mono', text: 'Mono' },
] as const satisfies readonly { value: Settings['readingFace']; text: string }[]

const spacings = [
  { value: 'tight', text: 'Tight' },
  { value: 'normal', text: 'Normal' },
  { value: 'loose', text: 'Loose' },
] as const satisfies readonly { value: Settings['readingSpacing']; text: string }[]

const readingDefaults = {
  readingFace: defaultSettings.readingFace,
  readingSize: defaultSettings.readingSize,
  readingWidth: defaultSettings.readingWidth,
  readingSpacing: defaultSettings.readingSpacing,
}

export function ReadingText() {
  const { readingFace, readingSize, readingWidth, readingSpacing } = useSettings()
  const now: typeof readingDefaults = { readingFace, readingSize, readingWidth, readingSpacing }
  const isChanged = JSON.stringify(now) !== JSON.stringify(readingDefaults)
  return (
    <Group title="Reading text" help="How prompts and responses look where you read, edit and judge them.">
      <Field label="Typeface">
        <Segmented
          label="Typeface"
          segments={faces}
          value={readingFace}
          onChange={(next) => changeSettings({ readingFace: next })}
        />
      </Field>
      <Field label="Size">
        <Slider
          label="Size"
          min={14}
          max={28}
          value={readingSize}
          format={(value) => `${value} px`}
          onChange={(next) => changeSettings({ readingSize: next })}
        />
      </Field>
      <Field label="Line width">
        <Slider
          label="Line width"
          min={40}
          max={90}
          value={readingWidth}
          format={(value) => `${value} characters`}
          onChange={(next) => changeSettings({ readingWidth: next })}
        />
      </Field>
      <Field label="Line spacing">
        <Segmented
          label="Line spacing"
          segments={spacings}
          value={readingSpacing}
          onChange={(next) => changeSettings({ readingSpacing: next })}
        />
      </Field>
      <div className="set-wide card set-sample">
        <p className="proof">
          Your parcel was last scanned at the Leeds depot on <del>12</del> <ins>14</ins> March, and{' '}
          <span className="stands">we are sorry</span> about the wait. This is how a response looks with the
          settings above.
        </p>
      </div>
      {isChanged && (
        <div className="set-wide">
          <Button isSmall icon="undo" onClick={() => changeSettings(readingDefaults)}>
            Reset the reading text
          </Button>
        </div>
      )}
    </Group>
  )
}

const markOptions = [
  {
    value: 'colour',
    text: (
      <>
        <del>orange</del> and <ins>blue</ins>, told apart with every common colour blindness
      </>
    ),
  },
  { value: 'plain', text: 'No colour, marks only' },
] as const

export function Marks() {
  const { coloursMarks, showsMarginNotes } = useSettings()
  return (
    <Group title="Marks" help="Changes always have a shape as well as a colour.">
      <div className="set-wide">
        <Field label="Edit colours">
          <Radios
            options={markOptions}
            value={coloursMarks ? 'colour' : 'plain'}
            onChange={(next: 'colour' | 'plain') => changeSettings({ coloursMarks: next === 'colour' })}
          />
        </Field>
      </div>
      <Field
        label="Margin notes"
        help="A count and a put-back button beside each change; Alt Z puts back without."
      >
        <Switch
          label="Show"
          isOn={showsMarginNotes}
          onChange={(next) => changeSettings({ showsMarginNotes: next })}
        />
      </Field>
    </Group>
  )
}
