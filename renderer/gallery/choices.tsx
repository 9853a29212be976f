/** Gallery: fields and choices. */
import { useState } from 'react'
import { Checkbox } from '../ui/checkbox.tsx'
import { Combobox } from '../ui/combobox.tsx'
import { Field, Input, TextArea } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Radios } from '../ui/radios.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { Slider } from '../ui/slider.tsx'
import { Switch } from '../ui/switch.tsx'
import { Tabs } from '../ui/tabs.tsx'
import type { SectionContent } from './section.tsx'

function Fields() {
  const [rate, setRate] = useState('0.00025')
  const [length, setLength] = useState<number | null>(64)
  return (
    <div className="fields wide">
      <Field
        label="Learning rate"
        tooltip="--learning-rate"
        help="Peak, after the warm-up."
        isChanged={rate !== '0.0001'}
        onReset={() => setRate('0.0001')}
      >
        <Input value={rate} onChange={({ target }) => setRate(target.value)} />
      </Field>
      <Field label="Longest response">
        <NumberField value={length} onChange={setLength} unit="tokens" min={1} />
      </Field>
      <Field label="Pause when KL passes" isOptional>
        <Input defaultValue="6" unit="nats" />
      </Field>
      <Field label="Clip the ratio at" error="Has to be above zero.">
        <Input defaultValue="−0.2" />
      </Field>
      <Field label="Disabled">
        <Input disabled placeholder="Once a model is chosen" />
      </Field>
      <Field label="Search">
        <Input before={<Icon name="search" />} placeholder="Find a project" />
      </Field>
      <Field label="Note">
        <TextArea defaultValue="The policy says three days." />
      </Field>
    </div>
  )
}

const orders = [
  { value: 'unfinished', text: 'Unfinished' },
  { value: 'disagreement', text: 'Disagreement first', help: 'Where edit and reward differ most' },
  { value: 'imported', text: 'As imported' },
  { value: 'shortest', text: 'Shortest first', isDisabled: true },
] as const

const models = ['base', 'Reward 4, by changed tokens', 'Reward, whole sequence', 'Token reward, seed 1']

function Selects() {
  const [order, setOrder] = useState<string>('unfinished')
  const [model, setModel] = useState('base')
  const [path, setPath] = useState('')
  const options = models.map((name) => ({ value: name, text: name }))
  return (
    <>
      <div className="fields wide">
        <Field label="Order">
          <Select options={orders} value={order} onChange={setOrder} />
        </Field>
        <Field label="Reward model">
          <Combobox options={options} value={model} onChange={setModel} />
        </Field>
        <Field label="Model or folder" help="A name, or a path.">
          <Combobox options={options} value={path} onChange={setPath} isFree placeholder="Choose or type" />
        </Field>
        <Field label="Not yet">
          <Select options={orders} value="imported" onChange={setOrder} isDisabled />
        </Field>
      </div>
      <Select label="Order in a bar" options={orders} value={order} onChange={setOrder} isBare />
    </>
  )
}

const units = [
  { value: 'words', text: 'Words' },
  { value: 'tokens', text: 'Tokens' },
] as const

function Choices() {
  const [unit, setUnit] = useState<'words' | 'tokens'>('words')
  const [isChecked, setChecked] = useState(true)
  const [isOn, setOn] = useState(true)
  const [size, setSize] = useState(40)
  return (
    <>
      <Segmented label="Show changes by" segments={units} value={unit} onChange={setUnit} />
      <Segmented label="Not yet" segments={units} value="words" onChange={setUnit} isDisabled />
      <div className="gallery-line">
        <Checkbox label="Checked" isChecked={isChecked} onChange={setChecked} />
        <Checkbox label="Not checked" isChecked={false} onChange={setChecked} />
        <Checkbox label="Some" isChecked={false} isMixed onChange={setChecked} />
        <Checkbox label="Disabled" isChecked isDisabled onChange={setChecked} />
      </div>
      <div className="gallery-line">
        <Switch label="On" isOn={isOn} onChange={setOn} />
        <Switch label="Off" isOn={false} onChange={setOn} />
        <Switch label="Disabled" isOn={false} isDisabled onChange={setOn} />
      </div>
      <Slider label="Smoothing" value={size} onChange={setSize} max={100} format={(n) => `${n}%`} />
      <Placement />
    </>
  )
}

function Placement() {
  const [placement, setPlacement] = useState('token')
  const options = [
    { value: 'token', text: 'On each token', help: 'The reward model says which words are worth it.' },
    { value: 'end', text: 'At the end', help: 'One reward for the whole response.' },
  ]
  return (
    <>
      <Radios label="Reward, as lines" options={options} value={placement} onChange={setPlacement} />
      <div className="wide">
        <Radios
          label="Reward, as cards"
          options={options}
          value={placement}
          onChange={setPlacement}
          areCards
        />
      </div>
    </>
  )
}

const tabs = [
  { name: 'overview', title: 'Overview' },
  { name: 'samples', title: 'Samples' },
  { name: 'log', title: 'Log', count: 2 },
] as const

function TabRow() {
  const [tab, setTab] = useState<(typeof tabs)[number]['name']>('overview')
  return (
    <div className="wide">
      <Tabs label="Parts of the run" tabs={tabs} selected={tab} onSelect={setTab} />
    </div>
  )
}

export const choiceSections: SectionContent[] = [
  {
    title: 'Fields',
    about: 'Label above, unit inside, one sentence below. A dot marks what is not the default.',
    Content: Fields,
  },
  { title: 'Select and combobox', about: 'Never the browser’s own.', Content: Selects },
  { title: 'Choices', about: 'A switch acts at once; a checkbox waits for a button.', Content: Choices },
  { title: 'Tabs', about: 'Sections of one page.', Content: TabRow },
]
