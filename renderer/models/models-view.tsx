/** The view Models: where each came from, bringing one in, taking one out, and talking with one or two. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button, bytesOf, Dialog, Empty, Field, Problem, timeOf } from '../ui/kit.tsx'
import { Chat } from './chat.tsx'
import './models.css'

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const [isImporting, setImporting] = useState(false)
  const [exported, setExported] = useState<ModelRecord | null>(null)
  const { data: models, error } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  useKeys('Models', [
    { keys: 'i', does: 'import a model', run: () => setImporting(true) },
    { keys: 'c', does: 'chat', run: () => change({ chat: '1' }) },
  ])
  const language = (models ?? []).filter(({ kind }) => kind !== 'reward')
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Models</h1>
        <span className="row">
          <Button
            disabled={language.length === 0}
            onClick={() => change({ chat: place.chat ? undefined : '1' })}
          >
            {place.chat ? 'Close the chat' : 'Chat'}
          </Button>
          <Button kind="primary" onClick={() => setImporting(true)}>
            Import…
          </Button>
        </span>
      </div>
      <Problem error={error} />
      {place.chat && language.length > 0 && <Chat models={language} />}
      {models?.length === 0 ? (
        <Empty title="No models yet">
          <p>
            Runs put their models here. To start from one that exists, import its Hugging Face folder
            (config.json, safetensors, tokenizer.json) or GGUF file: it stays where it lies. The sample
            project trains its own from scratch.
          </p>
          <Button onClick={() => goTo(project, 'runs', { new: 'sft' })}>Train the first</Button>
        </Empty>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Name</th>
              <th>Kind</th>
              <th>Came from</th>
              <th>Parameters</th>
              <th>Size</th>
              <th>Made</th>
              <th>
                <span className="unseen">Take out</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {models?.map((model) => (
              <tr key={model.id}>
                <td title={model.path}>{model.name}</td>
                <td>{model.kind}</td>
                <td>
                  <Lineage model={model} all={models} />
                </td>
                <td>{model.parameters === null ? 'cannot be read' : millions(model.parameters)}</td>
                <td>{bytesOf(model.sizeBytes)}</td>
                <td>{timeOf(model.createdAt)}</td>
                <td>
                  <Button onClick={() => setExported(model)}>Export…</Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ImportDialog open={isImporting} onClose={() => setImporting(false)} />
      {exported && <ExportDialog model={exported} onClose={() => setExported(null)} />}
    </div>
  )
}

function millions(parameters: number): string {
  return parameters < 1e6 ? `${Math.round(parameters / 1e3)} k` : `${(parameters / 1e6).toFixed(1)} M`
}

/** base → aligned, each step a run. */
function Lineage({ model, all }: { model: ModelRecord; all: ModelRecord[] }) {
  const project = useProject()
  const line: string[] = []
  for (let at: ModelRecord | undefined = model; at?.from && line.length < 8; ) {
    const { from }: ModelRecord = at
    line.unshift(from)
    at = all.find(({ name }) => name === from)
  }
  return (
    <>
      {line.join(' → ')}
      {line.length > 0 && ' → '}
      {model.run === null ? (
        line.length === 0 && 'imported'
      ) : (
        <Button kind="quiet" onClick={() => goTo(project, 'runs', { run: model.run! })}>
          its run
        </Button>
      )}
    </>
  )
}

function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const project = useProject()
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const bring = useMutation({
    mutationFn: () => host.models.importModel({ project, path, name: name || nameFrom(path) }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['models', project] })
      onClose()
    },
  })
  return (
    <Dialog open={open} onClose={onClose} title="Import a model">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          bring.mutate()
        }}
      >
        <Field label="Folder or GGUF file" help="On the machine that Stet runs on. It stays where it lies.">
          <input required value={path} onChange={({ target }) => setPath(target.value)} />
        </Field>
        <Field label="Name">
          <input value={name} placeholder={nameFrom(path)} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Problem error={bring.error} />
        <div className="row">
          <Button type="submit" kind="primary" disabled={bring.isPending}>
            {bring.isPending ? 'Reading it…' : 'Import'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

function nameFrom(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter(Boolean)
      .at(-1)
      ?.replace(/\.gguf$/, '') ?? ''
  )
}

function ExportDialog({ model, onClose }: { model: ModelRecord; onClose: () => void }) {
  const project = useProject()
  const [out, setOut] = useState(`${project}/exports/${model.name}`)
  const take = useMutation({ mutationFn: () => host.models.exportModel({ project, model: model.name, out }) })
  return (
    <Dialog open onClose={onClose} title={`Export ${model.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          take.mutate()
        }}
      >
        <Field
          label="New folder"
          help="config.json, safetensors, tokenizer; the adapter too where there is one."
        >
          <input required value={out} onChange={({ target }) => setOut(target.value)} />
        </Field>
        <Problem error={take.error} />
        {take.data && (
          <p role="status">
            Wrote {take.data.files.join(', ')} to <span className="mono">{take.data.folder}</span>.
          </p>
        )}
        <div className="row">
          <Button type="submit" kind="primary" disabled={take.isPending}>
            Export
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      </form>
    </Dialog>
  )
}
