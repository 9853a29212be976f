/** The labels that finished edits give their words, or the tokens of a model. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { LabelledPair, LabelledToken } from '../../electron/contract/label.ts'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Problem } from '../ui/problem.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Figures } from './figures.tsx'
import { PairList, textOf } from './pair-list.tsx'
import { TokenPair } from './token-pair.tsx'

const pageSize = 50

export function LabelsTab({
  models,
  choice,
  modelsError,
}: {
  models: readonly ModelRecord[]
  /** Labels or reward model, for the bar. */
  choice: ReactNode
  modelsError: Error | null
}) {
  const project = useProject()
  const [place, change] = usePlace()
  const tokenizer = place.tokenizer ?? null
  const offset = Number(place.from ?? 0)
  const { data, error } = useQuery({
    queryKey: ['labels', project, tokenizer, offset],
    queryFn: () => host.label.pairs({ project, tokenizer, offset, limit: pageSize }),
    placeholderData: (before) => before,
  })
  const units = [
    { value: '', text: 'Words' },
    ...models.map(({ name }) => ({ value: name, text: `Tokens of ${name}` })),
  ]
  const showWords = () => change({ tokenizer: undefined, from: undefined })
  return (
    <>
      <Bar title="Labels and reward">
        {choice}
        <span className="lb-choice">
          <Select
            label="Show as"
            options={units}
            value={tokenizer ?? ''}
            onChange={(name) => change({ tokenizer: name || undefined })}
          />
        </span>
      </Bar>
      <Problem error={modelsError} />
      {error && (
        <div className="pad">
          <Problem error={error} actions={<Button onClick={showWords}>Show words</Button>} />
        </div>
      )}
      {data?.total === 0 && <NoEdits />}
      {!data && !error && (
        <div className="pad">
          <Skeleton label="Loading the labels" />
        </div>
      )}
      {data && data.tooLong.length > 0 && (
        <p className="pad second" role="status">
          {tooLongSentence(data.tooLong)}
        </p>
      )}
      {data && data.total > 0 && !error && <Pairs data={data} offset={offset} />}
    </>
  )
}

function tooLongSentence(ids: readonly string[]): string {
  const subject = ids.length === 1 ? '1 edit of this page is' : `${ids.length} edits of this page are`
  return `${subject} too long to label and left out: ${ids.join(', ')}. Split such items into shorter ones.`
}

function NoEdits() {
  const project = useProject()
  return (
    <div className="pad">
      <Empty title="No finished edits yet">
        <p>
          A finished edit labels every token: removed −1, added +1, unchanged 0. Edit a few items to see their
          labels here, in the tokens of any model.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'annotate')}>
          Go to Annotate
        </Button>
      </Empty>
    </div>
  )
}

type Labels = Awaited<ReturnType<typeof host.label.pairs>>

function Pairs({ data: { pairs, total }, offset }: { data: Labels; offset: number }) {
  const [place, change] = usePlace()
  const index = Math.min(Number(place.edit ?? 0), pairs.length - 1)
  const pair = pairs[index]
  const open = (edit: number) => change({ edit: edit === 0 ? undefined : String(edit) }, { replace: true })
  return (
    <>
      {pair && <LabelFigures pair={pair} total={total} />}
      <div className="panes">
        <PairList
          label="Finished edits"
          head={<Pager offset={offset} total={total} />}
          rows={pairs.map((each) => ({
            prompt: each.prompt,
            response: textOf(each.rejected),
            value: costOf(each),
          }))}
          current={index}
          onOpen={open}
        />
        <section className="pane grow" aria-label="Labels of this edit">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
          <div className="scroll lb-main" tabIndex={0}>
            <div className="row wrap between second lb-key">
              <span>Orange: label −1. Blue: label +1. No tint: label 0.</span>
              <Cues />
            </div>
            {pair && <TokenPair key={`${offset} ${index}`} pair={pair} scale={1} by="label" />}
            {pair && (
              <div className="col">
                <span className="label">Prompt</span>
                <p className="read whole" dir="auto">
                  {pair.prompt}
                </p>
              </div>
            )}
          </div>
        </section>
      </div>
    </>
  )
}

/** How labels are marked beside their tint. */
export function Cues() {
  return (
    <span className="row wrap lb-cues">
      <span>
        <del>lined through</del> removed, label −1
      </span>
      <span>
        <ins>underlined</ins> added, label +1
      </span>
    </span>
  )
}

const changed = (tokens: readonly LabelledToken[]) => tokens.filter(({ label }) => label !== 0).length

function costOf({ rejected, edited }: LabelledPair): string {
  return `−${changed(rejected)} +${changed(edited)}`
}

function LabelFigures({ pair: { rejected, edited }, total }: { pair: LabelledPair; total: number }) {
  const [{ tokenizer }] = usePlace()
  const what = tokenizer === undefined ? 'words' : 'tokens'
  const removed = changed(rejected)
  return (
    <Figures
      figures={[
        { name: 'Finished edits', value: total.toLocaleString('en') },
        { name: 'Removed in this edit', value: String(removed), unit: `${what}, label −1` },
        { name: 'Added in this edit', value: String(changed(edited)), unit: `${what}, label +1` },
        {
          name: 'Unchanged',
          value: String(rejected.length - removed),
          unit: `of ${rejected.length} ${what}, label 0`,
        },
      ]}
    />
  )
}

function Pager({ offset, total }: { offset: number; total: number }) {
  const [, change] = usePlace()
  const turn = (by: number) => {
    const next = offset + by * pageSize
    if (next >= 0 && next < total) change({ from: next === 0 ? undefined : String(next), edit: undefined })
  }
  useKeys('Pages', [
    { keys: '[', does: 'Previous page', run: () => turn(-1), repeats: true },
    { keys: ']', does: 'Next page', run: () => turn(1), repeats: true },
  ])
  return (
    <>
      <span className="num">
        {(offset + 1).toLocaleString('en')} to {Math.min(offset + pageSize, total).toLocaleString('en')}{' '}
        <span className="quiet">of {total.toLocaleString('en')}</span>
      </span>
      <span className="row">
        <IconButton
          icon="left"
          label="Previous page"
          keys="["
          isSmall
          disabled={offset === 0}
          onClick={() => turn(-1)}
        />
        <IconButton
          icon="right"
          label="Next page"
          keys="]"
          isSmall
          disabled={offset + pageSize >= total}
          onClick={() => turn(1)}
        />
      </span>
    </>
  )
}
