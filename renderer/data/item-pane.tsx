/** One item in full beside the table: its texts, each annotator's newest edit, and the facts about it. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import type { Annotation, Item } from '../../electron/contract/records.ts'
import { minimality } from '../../electron/pipeline/annotate/minimality.ts'
import { labelEncodings } from '../../electron/pipeline/label/label-encodings.ts'
import { encodeWords } from '../../electron/pipeline/label/words.ts'
import { host } from '../app/connection.ts'
import { goTo, useProject } from '../app/navigation.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { durationOf, timeOf } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import '../ui/state.css'
import { ItemStatePill } from './item-state.tsx'
import { itemStates, splitNames } from './words.ts'

export function ItemPane({
  id,
  onClose,
  onAnnotate,
}: {
  id: string
  onClose: () => void
  onAnnotate: () => void
}) {
  const project = useProject()
  const { data, error, refetch } = useQuery({
    queryKey: ['item', project, id],
    queryFn: () => host.data.get({ project, id }),
  })
  const newest = data && newestOf(data.annotations)
  const isEdited = newest?.state === 'done'
  return (
    <aside className="pane item-pane" aria-label="Item">
      <header className="row between item-pane-head">
        <Headline newest={newest} hasResponse={!data || data.item.rejected !== null} />
        <IconButton icon="close" label="Close the item" keys="Escape" onClick={onClose} />
      </header>
      <div className="scroll pad item-facts">
        <Problem error={error} onRetry={() => void refetch()} />
        {!data && !error && <Skeleton label="The item is being loaded" />}
        {data && (
          <>
            <Texts item={data.item} />
            <Edits rejected={data.item.rejected} annotations={data.annotations} />
            <Facts item={data.item} split={data.split} datasets={data.datasets} newest={newest} />
            <div className="row wrap">
              {data.item.rejected !== null && (
                <Button icon="annotate" keys="e" onClick={onAnnotate}>
                  {isEdited ? 'Edit again' : 'Edit'}
                </Button>
              )}
              {isEdited && (
                <Button kind="quiet" icon="label" onClick={() => goTo(project, 'label')}>
                  View labels
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </aside>
  )
}

function newestOf(annotations: readonly Annotation[]): Annotation | undefined {
  return annotations.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1)
}

function Headline({ newest, hasResponse }: { newest: Annotation | undefined; hasResponse: boolean }) {
  if (!hasResponse)
    return (
      <h2>
        <ItemStatePill row={{ state: null, rejected: null }} />
      </h2>
    )
  const { text, icon } = itemStates[newest?.state ?? 'none']
  const day = newest && new Date(newest.createdAt).toLocaleDateString(undefined, { dateStyle: 'long' })
  return (
    <h2 className="pill plain">
      <Icon name={icon} />
      {newest ? `${text} by ${newest.annotator}, ${day}` : text}
    </h2>
  )
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className="col">
      <h3 className="label">{title}</h3>
      {children}
    </section>
  )
}

const roleNames = { system: 'System prompt', user: 'You', assistant: 'Model' }

function Texts({ item: { prompt, context, chosen } }: { item: Item }) {
  return (
    <>
      {prompt.map(({ role, content }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a message is its place
        <Part key={i} title={prompt.length === 1 ? 'Prompt' : roleNames[role]}>
          <p className="read whole" dir="auto">
            {content}
          </p>
        </Part>
      ))}
      {context !== '' && (
        <details>
          <summary>Context</summary>
          <p className="read whole" dir="auto">
            {context}
          </p>
        </details>
      )}
      {chosen !== null && (
        <Part title="Preferred response">
          <p className="read whole" dir="auto">
            {chosen}
          </p>
        </Part>
      )}
    </>
  )
}

/** Each annotator's newest version with its history; the plain response if no one has started. */
function Edits({ rejected, annotations }: { rejected: string | null; annotations: readonly Annotation[] }) {
  if (rejected === null) return null
  const byAnnotator = [...Map.groupBy(annotations, ({ annotator }) => annotator)]
  if (byAnnotator.length === 0)
    return (
      <Part title="Response to edit">
        <p className="read whole" dir="auto">
          {rejected}
        </p>
      </Part>
    )
  return byAnnotator.map(([annotator, revisions]) => {
    const newest = revisions.at(-1)!
    return (
      <Part
        key={annotator}
        title={byAnnotator.length === 1 ? 'Edit' : `${itemStates[newest.state].text} by ${annotator}`}
      >
        <p className="read whole" dir="auto">
          <DiffText before={rejected} after={newest.edited} />
        </p>
        {revisions.length > 1 && <History revisions={revisions} />}
      </Part>
    )
  })
}

function History({ revisions }: { revisions: readonly Annotation[] }) {
  return (
    <details>
      <summary>{revisions.length} revisions</summary>
      <ul className="num help">
        {revisions.map(({ revision, state, createdAt, elapsedMs }) => (
          <li key={revision}>
            {timeOf(createdAt)} · {itemStates[state].text} · {durationOf(elapsedMs / 1000)}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Facts({
  item,
  split,
  datasets,
  newest,
}: {
  item: Item
  split: keyof typeof splitNames
  datasets: readonly string[]
  newest: Annotation | undefined
}) {
  const ratio = useEditRatio(item.rejected, newest)
  const facts: [name: string, value: string | null][] = [
    ['Dataset', datasets.join(', ') || null],
    ['Set', splitNames[split]],
    ['Edit ratio', ratio],
    ['Time taken', newest && newest.elapsedMs > 0 ? durationOf(newest.elapsedMs / 1000) : null],
    ['Source', item.source],
    ['Own id', item.sourceId],
    ...Object.entries(item.metadata).map(([name, value]): [string, string] => [name, shown(value)]),
    ['Id', item.id],
  ]
  return (
    <dl className="facts">
      {facts.map(
        ([name, value], i) =>
          value !== null && (
            // biome-ignore lint/suspicious/noArrayIndexKey: metadata may have any name
            <div key={i}>
              <dt>{name}</dt>
              <dd className={name === 'Id' ? 'code' : undefined} dir="auto">
                {value}
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}

const maxShownCharacters = 200

function shown(value: Item['metadata'][string]): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}…` : text
}

/** Of a finished edit, as the meter of the editor shows it. */
function useEditRatio(rejected: string | null, newest: Annotation | undefined): string | null {
  return useMemo(() => {
    if (rejected === null || newest?.state !== 'done') return null
    const [before, after] = encodeWords(rejected, newest.edited)
    try {
      return minimality(labelEncodings(before!, after!)).editRatio.toFixed(2)
    } catch {
      return 'too long to measure'
    }
  }, [rejected, newest])
}
