/** The view Settings: the annotator's name, the appearance, models for drafts, this machine, and the guide. */

import { GuideList } from '../app/guide.tsx'
import { useProject } from '../app/navigation.ts'
import { changeSettings, type Settings, useSettings } from '../app/settings.ts'
import { dismissGuide, showGuide, useGuide } from '../app/use-guide.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Keys } from '../ui/keys.tsx'
import { MachineCard } from './machine-card.tsx'
import { ServerModel } from './server-check.tsx'

export function View() {
  return (
    <div className="col settings">
      <h1>Settings and help</h1>
      <AnnotatorCard />
      <AppearanceCard />
      <ModelsCard />
      <MachineCard />
      <GuideCard />
    </div>
  )
}

function AnnotatorCard() {
  const { annotator, editRatioTarget } = useSettings()
  return (
    <section className="card">
      <h2>You</h2>
      <Field label="Name" help="Your annotations and verdicts are saved under this name.">
        <input
          value={annotator}
          onChange={({ target }) => target.value.trim() && changeSettings({ annotator: target.value })}
        />
      </Field>
      <Field label="Warn above edit ratio">
        <input
          type="number"
          min={0.05}
          max={1}
          step={0.05}
          value={editRatioTarget}
          onChange={({ target }) => changeSettings({ editRatioTarget: Number(target.value) })}
        />
      </Field>
    </section>
  )
}

function AppearanceCard() {
  const { theme, textSize } = useSettings()
  return (
    <section className="card">
      <h2>Appearance</h2>
      <Field label="Theme">
        <select
          value={theme}
          onChange={({ target }) => changeSettings({ theme: target.value as Settings['theme'] })}
        >
          <option value="system">System</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </Field>
      <Field label={`Text size ${textSize}%`}>
        <input
          type="range"
          min={80}
          max={200}
          step={10}
          value={textSize}
          onChange={({ target }) => changeSettings({ textSize: Number(target.value) })}
        />
      </Field>
    </section>
  )
}

function ModelsCard() {
  const { server, draftModel } = useSettings()
  return (
    <section className="card">
      <h2>Models for drafts and judging</h2>
      <Field
        label="Server address"
        help="An OpenAI-compatible server: Ollama, LM Studio, llama.cpp, vLLM. For drafts it must run on this machine; a judge may run anywhere. Its key, if it needs one, is STET_JUDGE_KEY in the environment of Stet."
      >
        <input value={server} onChange={({ target }) => changeSettings({ server: target.value })} />
      </Field>
      <ServerModel />
      <Field
        label="Draft with a project model instead"
        help="The name of a language model of the project, a folder, or a GGUF file. Leave empty to draft with the server."
      >
        <input
          value={draftModel}
          onChange={({ target }) => changeSettings({ draftModel: target.value.trim() })}
        />
      </Field>
    </section>
  )
}

function GuideCard() {
  const project = useProject()
  const { isShown } = useGuide(project)
  return (
    <section className="card">
      <h2>Getting started</h2>
      <GuideList project={project} />
      <p className="quiet">
        To use your own data, drop a file in Data <Keys keys="g d" />. To compare a trained model with its
        base, chat with both in Models <Keys keys="g m" />. <Keys keys="?" /> shows the keys of the current
        view, <Keys keys="Ctrl K" /> opens the command palette.
      </p>
      {isShown ? (
        <Button onClick={dismissGuide}>Dismiss guide</Button>
      ) : (
        <Button onClick={() => showGuide(project)}>Show the next step above every view</Button>
      )}
    </section>
  )
}
