/** The view Models: their descent and facts, and a chat with one or two of them. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { FailedWork } from '../app/failed-work.tsx'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { AddModel } from './add-model.tsx'
import { ChatPane } from './chat-pane.tsx'
import { ExportModel } from './export-model.tsx'
import { descent, winRates } from './lineage.ts'
import { RemoveModel, RenameModel } from './model-dialogs.tsx'
import { type ModelDialog, ModelFacts } from './model-facts.tsx'
import { ModelTree } from './model-tree.tsx'
import { isLanguage } from './model-words.ts'
import { ServedModels } from './serving.tsx'
import './models.css'

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const [isAdding, setAdding] = useState(false)
  const { data: models, error } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  useKeys('Models', [{ keys: 'i', does: 'add a model', run: () => setAdding(true) }])
  return (
    <>
      <Bar title="Models" beside={<span className="quiet num">{models?.length}</span>}>
        <Button icon="add" keys="i" onClick={() => setAdding(true)}>
          Add a model…
        </Button>
      </Bar>
      <div className="models-notes">
        <Problem error={error} />
        <FailedWork project={project} isShown={(verb) => verb === 'serve-model'} />
        <ServedModels />
        <UnknownName
          what="model"
          name={place.model}
          known={models?.map(({ name }) => name)}
          way={{ label: 'Show all models', go: () => change({ model: undefined }) }}
        />
      </div>
      {models === undefined && !error && (
        <div className="pad">
          <Skeleton label="Loading the models" />
        </div>
      )}
      {models?.length === 0 && <NoModels onAdd={() => setAdding(true)} />}
      {models && models.length > 0 && <Panes models={models} />}
      {isAdding && <AddModel onAdded={(name) => change({ model: name })} onClose={() => setAdding(false)} />}
    </>
  )
}

function Panes({ models }: { models: readonly ModelRecord[] }) {
  const project = useProject()
  const [place, change] = usePlace()
  const [dialog, setDialog] = useState<ModelDialog | null>(null)
  const { data: evaluations } = useQuery({
    queryKey: ['evaluations', project],
    queryFn: () => host.judge.list({ project }),
  })
  const rates = winRates(evaluations ?? [])
  const shown = models.find(({ name }) => name === place.model) ?? models[0]!
  const language = models.filter(isLanguage)
  const left = place.left ?? (isLanguage(shown) ? shown : language[0])?.name
  const open = ({ name, kind }: ModelRecord) =>
    change({ model: name, ...(isLanguage({ kind }) ? { left: name } : {}) }, { replace: true })
  useKeys('This model', [
    { keys: 'e', does: 'export the model', run: () => setDialog('export') },
    { keys: 'r', does: 'rename the model', run: () => setDialog('rename') },
    { keys: 'Delete', does: 'remove the model', run: () => setDialog('remove') },
  ])
  return (
    <div className="panes">
      <aside className="pane tree-pane" aria-label="Models">
        <ModelTree
          nodes={descent(models)}
          rates={rates}
          current={shown.name}
          onOpen={({ model }) => open(model)}
        />
        <ModelFacts model={shown} rate={rates.get(shown.name)} onOpen={setDialog} />
      </aside>
      {language.length > 0 ? <ChatPane models={models} left={left} /> : <NoLanguageModel />}
      <ModelDialogs model={shown} dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  )
}

function ModelDialogs({
  model,
  dialog,
  onClose,
}: {
  model: ModelRecord
  dialog: ModelDialog | null
  onClose: () => void
}) {
  const [place, change] = usePlace()
  if (dialog === 'export') return <ExportModel model={model} onClose={onClose} />
  const follow = (name: string | undefined) => {
    const sideOf = (side: string | undefined) => (side === model.name ? name : side)
    change({ model: name, left: sideOf(place.left), right: sideOf(place.right) }, { replace: true })
  }
  if (dialog === 'rename') return <RenameModel model={model} onRenamed={follow} onClose={onClose} />
  if (dialog === 'remove')
    return <RemoveModel model={model} onRemoved={() => follow(undefined)} onClose={onClose} />
  return null
}

function NoModels({ onAdd }: { onAdd: () => void }) {
  const project = useProject()
  return (
    <div className="pad">
      <Empty
        title="No models yet"
        icon="models"
        action={
          <Button kind="primary" onClick={() => goTo(project, 'runs', { new: 'sft' })}>
            Train a model
          </Button>
        }
      >
        <p>
          Runs add their models here. To start from an existing model, add its Hugging Face folder
          (config.json, safetensors, tokenizer.json) or GGUF file; the file is not copied. The sample project
          trains its own from scratch.
        </p>
        <Button onClick={onAdd}>Add a model…</Button>
      </Empty>
    </div>
  )
}

function NoLanguageModel() {
  return (
    <section className="pane grow pad chat-pane" aria-label="Chat">
      <Empty title="No language model yet" icon="chat">
        <p>Reward models score answers; only language models write them. Train one by SFT, or add one.</p>
      </Empty>
    </section>
  )
}
