/** What is asked next, with the settings of sampling: Enter asks, Shift Enter starts a new line, Escape stops. */
import { type KeyboardEvent, type Ref, useState } from 'react'
import { Button, IconButton } from '../ui/button.tsx'
import { Field, TextArea } from '../ui/field.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Popover } from '../ui/popover.tsx'
import { Switch } from '../ui/switch.tsx'
import { type AskSettings, defaultAskSettings } from './turns.ts'

interface AskFormProps {
  settings: AskSettings
  onChange: (settings: Partial<AskSettings>) => void
  isAnswering: boolean
  /** One model or two. */
  sides: number
  onAsk: (prompt: string) => void
  onStop: () => void
  field: Ref<HTMLTextAreaElement>
}

export function AskForm({ settings, onChange, isAnswering, sides, onAsk, onStop, field }: AskFormProps) {
  const [prompt, setPrompt] = useState('')
  const canAsk = !isAnswering && prompt.trim() !== '' && sides > 0
  const ask = () => {
    if (!canAsk) return
    onAsk(prompt)
    setPrompt('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && isAnswering) onStop()
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    ask()
  }
  const label = sides > 1 ? 'Ask both' : 'Ask'
  return (
    <form
      className="chat-ask"
      // Any number may be typed, not only those that the steps reach.
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        ask()
      }}
    >
      <textarea
        ref={field}
        className="chat-prompt"
        rows={2}
        dir="auto"
        aria-label="Prompt"
        placeholder={label}
        value={prompt}
        onChange={({ target }) => setPrompt(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="row wrap">
        <Sampling settings={settings} onChange={onChange} sides={sides} />
        <span className="row chat-go">
          <Button icon="stopped" keys="Escape" disabled={!isAnswering} onClick={onStop}>
            Stop
          </Button>
          <Button type="submit" kind="primary" icon="send" keys="Enter" disabled={!canAsk}>
            Ask
          </Button>
        </span>
      </div>
    </form>
  )
}

function Sampling({ settings, onChange, sides }: Pick<AskFormProps, 'settings' | 'onChange' | 'sides'>) {
  return (
    <>
      <span className="row second chat-number">
        Temperature
        <NumberField
          label="Temperature"
          value={settings.temperature}
          min={0}
          max={5}
          step={0.1}
          onChange={(value) => value !== null && onChange({ temperature: value })}
        />
      </span>
      <span className="row second chat-number long">
        At most
        <NumberField
          label="Longest answer"
          unit="tokens"
          value={settings.maxNew}
          min={1}
          step={16}
          onChange={(value) => value !== null && onChange({ maxNew: value })}
        />
      </span>
      {sides > 1 && (
        <Switch
          label="Same seed for both"
          isOn={settings.isSeedShared}
          onChange={(isSeedShared) => onChange({ isSeedShared })}
        />
      )}
      <Popover
        title="More settings"
        trigger={<IconButton icon="adjust" label="More settings: seed, top-p and more" />}
      >
        <MoreSettings settings={settings} onChange={onChange} />
      </Popover>
    </>
  )
}

function MoreSettings({ settings, onChange }: Pick<AskFormProps, 'settings' | 'onChange'>) {
  const { system, topP, seed, usesTemplate } = settings
  return (
    <div className="col chat-more">
      <Field
        label="System prompt"
        isOptional
        help="Comes before the conversation, if the model’s chat template knows one."
      >
        <TextArea
          rows={3}
          value={system}
          disabled={!usesTemplate}
          onChange={({ target }) => onChange({ system: target.value })}
        />
      </Field>
      <Field
        label="Top-p"
        help="Samples from the likeliest tokens that together have this probability; 1 samples from all."
        isChanged={topP !== defaultAskSettings.topP}
      >
        <NumberField
          value={topP}
          min={0.01}
          max={1}
          step={0.05}
          onChange={(value) => value !== null && onChange({ topP: value })}
        />
      </Field>
      <Field label="Seed" help="The same seed gives the same answer. “Answer again” takes the next one.">
        <NumberField
          value={seed}
          min={0}
          onChange={(value) => value !== null && onChange({ seed: Math.round(value) })}
        />
      </Field>
      <Switch
        label="Use the chat template"
        isOn={usesTemplate}
        onChange={(next) => onChange({ usesTemplate: next })}
      />
      <p className="help">
        Without it, the model continues the text of the prompt; earlier turns are not sent.
      </p>
    </div>
  )
}
