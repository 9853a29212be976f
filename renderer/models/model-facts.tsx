/** What is known about one model, and what can be done with it. */
import type { ModelRecord } from '../../electron/contract/models.ts'
import { goTo, useProject } from '../app/navigation.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { bytesOf } from '../ui/format.ts'
import { Menu } from '../ui/menu.tsx'
import { showToast } from '../ui/toast.tsx'
import type { WinRate } from './lineage.ts'
import { factsOf, isLanguage, madeBy } from './model-words.ts'
import { ServeButton } from './serving.tsx'

export type ModelDialog = 'export' | 'rename' | 'remove'

export function ModelFacts({
  model,
  rate,
  onOpen,
}: {
  model: ModelRecord
  rate: WinRate | undefined
  onOpen: (dialog: ModelDialog) => void
}) {
  return (
    <section className="tree-facts" aria-label={`About ${model.name}`}>
      <h2 className="strong cut" title={model.name}>
        {model.name}
      </h2>
      <dl className="tree-list">
        <TrainedBy model={model} />
        {factsOf(model, bytesOf).map(({ name, value, isCode }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={isCode ? 'code cut' : 'cut'} title={value}>
              {value}
            </dd>
          </div>
        ))}
        {rate && (
          <div>
            <dt>Win rate</dt>
            <dd>{rate.sentence}</dd>
          </div>
        )}
      </dl>
      <div className="row wrap">
        <Button isSmall icon="export" keys="e" onClick={() => onOpen('export')}>
          Export…
        </Button>
        <ServeButton model={model.name} />
        <MoreMenu model={model} onOpen={onOpen} />
      </div>
    </section>
  )
}

function TrainedBy({ model }: { model: ModelRecord }) {
  const project = useProject()
  const { run, trainedBy } = model
  return (
    <div>
      <dt>{trainedBy ? 'Trained by' : 'Origin'}</dt>
      <dd>
        {run !== null && trainedBy ? (
          <button type="button" className="link" onClick={() => goTo(project, 'runs', { run })}>
            {madeBy(model)}
          </button>
        ) : (
          `Added from ${madeBy(model)} files`
        )}
      </dd>
    </div>
  )
}

function MoreMenu({ model, onOpen }: { model: ModelRecord; onOpen: (dialog: ModelDialog) => void }) {
  const project = useProject()
  const { name, path } = model
  const copyPath = async () => {
    await navigator.clipboard.writeText(path)
    showToast('Copied the path')
  }
  return (
    <Menu
      align="end"
      trigger={<IconButton icon="more" label="More: judge, train from it, rename, remove" isSmall />}
      entries={[
        { text: 'Copy the path', icon: 'copy', run: () => void copyPath() },
        {
          text: 'Judge it against another…',
          icon: 'judge',
          isDisabled: !isLanguage(model),
          run: () => goTo(project, 'judge', { new: '1', candidate: name }),
        },
        {
          text: 'Train from it…',
          icon: 'runs',
          run: () => goTo(project, 'runs', { new: isLanguage(model) ? 'sft' : 'ppo' }),
        },
        'line',
        { text: 'Rename…', icon: 'rename', keys: 'r', run: () => onOpen('rename') },
        { text: 'Remove…', icon: 'remove', keys: 'Delete', isDanger: true, run: () => onOpen('remove') },
      ]}
    />
  )
}
