/** The view Models: the origin of each, import, export, and a chat with one or two. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  ExportNumbers,
  exportNumbers,
  ModelFormat,
  type ModelRecord,
} from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { FailedWork } from '../app/failed-work.tsx'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'
import { Field } from '../ui/field.tsx'
import { bytesOf, timeOf } from '../ui/format.ts'
import { PageTurner, usePages } from '../ui/pages.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Chat } from './chat.tsx'
import { ServeButton, ServedModels } from './serving.tsx'
import './models.css'

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const [isImporting, setImporting] = useState(false)
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
    <div className="col">
      <div className="row wrap between">
        <h1>Models</h1>
        <span className="row wrap">
          <Button
            disabled={language.length === 0}
            onClick={() => change({ chat: place.chat ? undefined : '1' })}
          >
            {place.chat ? 'Close chat' : 'Chat'}
          </Button>
          <Button kind="primary" onClick={() => setImporting(true)}>
            Import…
          </Button>
        </span>
      </div>
      <Problem error={error} />
      <FailedWork project={project} isShown={(verb) => verb === 'serve-model'} />
      <ServedModels />
      {place.chat && language.length > 0 && <Chat models={language} />}
      {models === undefined && !error && <Skeleton label="Loading the models" />}
      {models?.length === 0 && <NoModels />}
      {models && models.length > 0 && <ModelTable models={models} />}
      <ImportDialog open={isImporting} onClose={() => setImporting(false)} />
    </div>
  )
}

function NoModels() {
  const project = useProject()
  return (
    <Empty title="No models yet">
      <p>
        Runs add their models here. To start from an existing model, import its Hugging Face folder
        (config.json, safetensors, tokenizer.json) or GGUF file; the file is not copied. The sample project
        trains its own from scratch.
      </p>
      <Button onClick={() => goTo(project, 'runs', { new: 'sft' })}>Train a model</Button>
    </Empty>
  )
}

const heads = ['Name', 'Kind', 'Origin', 'Parameters', 'Size', 'Created']

function ModelTable({ models }: { models: ModelRecord[] }) {
  const [exported, setExported] = useState<ModelRecord | null>(null)
  const pages = usePages(models)
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head}>{head}</th>
            ))}
            <th>
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pages.shown.map((model) => (
            <tr key={model.id}>
              <td title={model.path}>{model.name}</td>
              <td>{model.kind}</td>
              <td>
                <Lineage model={model} all={models} />
              </td>
              <td>{model.parameters === null ? 'unreadable' : shortCount(model.parameters)}</td>
              <td>{bytesOf(model.sizeBytes)}</td>
              <td>{timeOf(model.createdAt)}</td>
              <td>
                <ServeButton model={model.name} /> <Button onClick={() => setExported(model)}>Export…</Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <PageTurner pages={pages} />
      {exported && <ExportDialog model={exported} onClose={() => setExported(null)} />}
    </>
  )
}

function shortCount(parameters: number): string {
  return parameters < 1e6 ? `${Math.round(parameters / 1e3)} k` : `${(parameters / 1e6).toFixed(1)} M`
}

const maxAncestors = 8

/** base → aligned: the models that it was trained from. */
function Lineage({ model, all }: { model: ModelRecord; all: ModelRecord[] }) {
  const project = useProject()
  const ancestors: string[] = []
  for (let at: ModelRecord | undefined = model; at?.from && ancestors.length < maxAncestors; ) {
    const { from }: ModelRecord = at
    ancestors.unshift(from)
    at = all.find(({ name }) => name === from)
  }
  return (
    <>
      {[...ancestors, model.name].join(' → ')}
      {model.run === null ? (
        ancestors.length === 0 && ' · imported'
      ) : (
        <>
          {' · '}
          <Button kind="quiet" className="opens" onClick={() => goTo(project, 'runs', { run: model.run! })}>
            run
          </Button>
        </>
      )}
    </>
  )
}

function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const project = useProject()
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const importing = useMutation({
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
          importing.mutate()
        }}
      >
        <Field
          label="Folder or GGUF file"
          help="A path on the machine that runs Stet. The file is not copied."
        >
          <input required value={path} onChange={({ target }) => setPath(target.value)} />
        </Field>
        <Field label="Name">
          <input value={name} placeholder={nameFrom(path)} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Problem error={importing.error} />
        <div className="row wrap">
          <Button type="submit" kind="primary" disabled={importing.isPending}>
            {importing.isPending ? 'Reading…' : 'Import'}
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

const formats: Record<ModelFormat, { title: string; help: string }> = {
  safetensors: {
    title: 'Hugging Face folder',
    help: 'For transformers, TRL and vLLM: safetensors, config.json, tokenizer and a model card. A reward model becomes a classifier with one label.',
  },
  gguf: { title: 'GGUF', help: 'For llama.cpp and the programs that use it. Language models only.' },
  adapter: {
    title: 'Adapters',
    help: 'For PEFT: the adapters of a run with a LoRA rank, with the path of their base.',
  },
  copy: { title: 'Copy of its files', help: 'The files as they are.' },
}

function ExportDialog({ model, onClose }: { model: ModelRecord; onClose: () => void }) {
  const project = useProject()
  const [format, setFormat] = useState<ModelFormat>('safetensors')
  const [chosen, setNumbers] = useState<ExportNumbers | null>(null)
  const possible: readonly ExportNumbers[] = exportNumbers[format]
  const numbers = chosen !== null && possible.includes(chosen) ? chosen : (possible[0] ?? null)
  const [typed, setOut] = useState<string | null>(null)
  const out = typed ?? `${project}/exports/${model.name}${format === 'gguf' ? '.gguf' : ''}`
  const exporting = useMutation({
    mutationFn: () => host.verbs['export-model']({ project, model: model.name, format, out, numbers }),
  })
  return (
    <Dialog open onClose={onClose} title={`Export ${model.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          exporting.mutate()
        }}
      >
        <Field label="Format" help={formats[format].help}>
          <select value={format} onChange={({ target }) => setFormat(ModelFormat.parse(target.value))}>
            {ModelFormat.options.map((each) => (
              <option key={each} value={each}>
                {formats[each].title}
              </option>
            ))}
          </select>
        </Field>
        {possible.length > 0 && (
          <Field
            label="Numbers"
            help="BF16 and F16 take half the space of F32, Q8_0 a quarter; values are rounded."
          >
            <select
              value={numbers ?? ''}
              onChange={({ target }) => setNumbers(ExportNumbers.parse(target.value))}
            >
              {possible.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </Field>
        )}
        <Field label={format === 'gguf' ? 'New file' : 'New folder'}>
          <input required value={out} onChange={({ target }) => setOut(target.value)} />
        </Field>
        <Problem error={exporting.error} />
        {exporting.data && (
          <p role="status">
            Wrote {exporting.data.files.join(', ')} to <span className="code">{exporting.data.folder}</span>.{' '}
            {exporting.data.notes.join(' ')}
          </p>
        )}
        <div className="row wrap">
          <Button type="submit" kind="primary" disabled={exporting.isPending}>
            {exporting.isPending ? 'Writing…' : 'Export'}
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      </form>
    </Dialog>
  )
}
