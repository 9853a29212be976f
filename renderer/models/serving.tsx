/** Models that are served to other programs: how to reach each, and how to stop it. */
import { useMutation } from '@tanstack/react-query'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'

/** What is being served, or is about to be, in this project. */
function useServing(): WorkRecord[] {
  const project = useProject()
  return useWork(project).filter(({ verb, endedAt }) => verb === 'serve-model' && endedAt === null)
}

/** Starts serving a model. */
export function ServeButton({ model }: { model: string }) {
  const project = useProject()
  const isServed = useServing().some(({ input }) => input.model === model)
  const start = useMutation({
    // A free port, so that several models can be served.
    mutationFn: () => host.work.start({ verb: 'serve-model', input: { project, model, port: 0 } }),
  })
  return (
    <>
      <Button
        isSmall
        icon="server"
        title="For programs on this machine, as an OpenAI-compatible server"
        disabled={isServed || start.isPending}
        onClick={() => start.mutate()}
      >
        {isServed ? 'Served' : 'Serve'}
      </Button>
      <Problem error={start.error} />
    </>
  )
}

export function ServedModels() {
  const serving = useServing()
  if (serving.length === 0) return null
  return (
    <section className="card" aria-label="Served models">
      <h2>Served models</h2>
      <p className="quiet">
        An OpenAI-compatible server for programs on this machine. Each model is open in a separate process, so
        that runs continue; both share the processor and the memory.
      </p>
      {serving.map((work) => (
        <ServedModel key={work.id} work={work} />
      ))}
    </section>
  )
}

function ServedModel({ work: { id, input, serving } }: { work: WorkRecord }) {
  const model = String(input.model)
  return (
    <div className="row wrap between">
      {serving ? (
        <dl className="served">
          <dt>Model</dt>
          <dd className="code">{serving.model}</dd>
          <dt>Address</dt>
          <dd className="code">
            {serving.url}
            <CopyButton what="address" text={serving.url} />
          </dd>
          <dt>Key</dt>
          <dd className="code">
            {serving.key}
            <CopyButton what="key" text={serving.key} />
          </dd>
        </dl>
      ) : (
        <p role="status">Opening {model}…</p>
      )}
      <Button onClick={() => void host.work.stop({ id })} aria-label={`Stop serving ${model}`}>
        Stop
      </Button>
    </div>
  )
}

function CopyButton({ what, text }: { what: string; text: string }) {
  const copy = async () => {
    await navigator.clipboard?.writeText(text)
    showToast(`Copied the ${what}`)
  }
  return <IconButton icon="copy" label={`Copy the ${what}`} isSmall onClick={() => void copy()} />
}
