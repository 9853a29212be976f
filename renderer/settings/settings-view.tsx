/** The view Settings: who one is, how it looks, which server drafts, what the machine can do, and the way through. */
import { useMutation } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { GuideList } from '../app/guide.tsx'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { changeSettings, type Settings, useSettings } from '../app/settings.ts'
import { dismissGuide, showGuide, useGuide } from '../app/use-guide.ts'
import { Button, bytesOf, Field, Keys, numberOf, Problem } from '../ui/kit.tsx'

export function View() {
  const settings = useSettings()
  return (
    <div className="stack settings">
      <h1>Settings and help</h1>
      <section className="card">
        <h2>You</h2>
        <Field label="Name" help="Annotations and verdicts are kept under it.">
          <input
            value={settings.annotator}
            onChange={({ target }) => target.value.trim() && changeSettings({ annotator: target.value })}
          />
        </Field>
        <Field label="Advise to stay below an edit ratio of">
          <input
            type="number"
            min={0.05}
            max={1}
            step={0.05}
            value={settings.editRatioTarget}
            onChange={({ target }) => changeSettings({ editRatioTarget: Number(target.value) })}
          />
        </Field>
      </section>
      <section className="card">
        <h2>Look</h2>
        <Field label="Theme">
          <select
            value={settings.theme}
            onChange={({ target }) => changeSettings({ theme: target.value as Settings['theme'] })}
          >
            <option value="system">as the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
          </select>
        </Field>
        <Field label={`Text size ${settings.textSize}%`}>
          <input
            type="range"
            min={80}
            max={200}
            step={10}
            value={settings.textSize}
            onChange={({ target }) => changeSettings({ textSize: Number(target.value) })}
          />
        </Field>
      </section>
      <section className="card">
        <h2>Models for drafts and judging</h2>
        <Field
          label="Address"
          help="An OpenAI-compatible server on this machine: Ollama, LM Studio, llama.cpp, vLLM. Drafts are asked of this machine alone; a judge is asked where you say."
        >
          <input
            value={settings.server}
            onChange={({ target }) => changeSettings({ server: target.value })}
          />
        </Field>
        <Field label="Model">
          <input
            value={settings.serverModel}
            onChange={({ target }) => changeSettings({ serverModel: target.value })}
          />
        </Field>
        <Field
          label="Draft by a model of the lab instead"
          help="A language model of the project by its name, or a folder or GGUF file. Empty: the server drafts."
        >
          <input
            value={settings.draftModel}
            onChange={({ target }) => changeSettings({ draftModel: target.value.trim() })}
          />
        </Field>
      </section>
      <MachineCard />
      <WayThrough />
    </div>
  )
}

interface DoctorResult {
  version: string
  node: string
  sqlite: string
  runtime: { kind: string; version: string; device: string; threads: number; reason: string | null }
  speed: { matmulGflops: number; copyGbPerS: number; trainTokensPerS: number }
  memory: { totalBytes: number; freeBytes: number }
}

/** What `stet doctor` says. */
function MachineCard() {
  const start = useMutation({ mutationFn: () => host.work.start({ verb: 'doctor', input: {} }) })
  const work = useWork().find(({ id }) => id === start.data?.id)
  const result = work?.result as DoctorResult | null | undefined
  return (
    <section className="card">
      <h2>This machine</h2>
      <Problem error={start.error ?? work?.error} />
      {result ? (
        <dl className="facts numbers">
          <dt>Runtime</dt>
          <dd>
            {result.runtime.kind} {result.runtime.version}, {result.runtime.device}, {result.runtime.threads}{' '}
            threads
            {result.runtime.reason && ` (${result.runtime.reason})`}
          </dd>
          <dt>Speed</dt>
          <dd>
            {numberOf(result.speed.matmulGflops)} GFLOP/s, memory {numberOf(result.speed.copyGbPerS)} GB/s
          </dd>
          <dt>Memory</dt>
          <dd>
            {bytesOf(result.memory.freeBytes)} of {bytesOf(result.memory.totalBytes)} free
          </dd>
          <dt>Versions</dt>
          <dd>
            Stet {result.version}, Node {result.node}, SQLite {result.sqlite}
          </dd>
        </dl>
      ) : (
        <Button disabled={start.isPending || work?.state === 'running'} onClick={() => start.mutate()}>
          {work?.state === 'running' ? 'Measuring, about 10 s…' : 'Measure it'}
        </Button>
      )}
    </section>
  )
}

function WayThrough() {
  const project = useProject()
  const { isShown } = useGuide(project)
  return (
    <section className="card">
      <h2>The way through</h2>
      <GuideList project={project} />
      <p className="quiet">
        Your own items come in by drop in Data <Keys keys="g d" />; talk with what came out, beside what it
        came from, in Models <Keys keys="g m" />. <Keys keys="?" /> shows the keys of the view you are in,{' '}
        <Keys keys="Ctrl K" /> finds everything.
      </p>
      {isShown ? (
        <Button onClick={dismissGuide}>Dismiss the guide</Button>
      ) : (
        <Button onClick={() => showGuide(project)}>Show the next step above every view</Button>
      )}
    </section>
  )
}
