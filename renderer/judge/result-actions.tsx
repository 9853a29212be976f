/** What can be done with a result: copy or save its figures, share it as one file, and judge the same pairs by hand. */
import { useMutation } from '@tanstack/react-query'
import type { RoundRow } from '../../electron/contract/judge.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { saveFile, saveText } from '../app/save-file.ts'
import { useSettings } from '../app/settings.ts'
import { csvOf, markdownOf, type TextTable } from '../app/table-text.ts'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { Problem } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
import type { Pairs } from './pairs-card.tsx'
import { rangeOf } from './rates-card.tsx'
import { repeatShare } from './repeat-share.ts'
import { pngOf } from './save-figure.tsx'

export function ResultActions({ record, rows }: { record: Pairs['record']; rows: readonly RoundRow[] }) {
  const project = useProject()
  const [, change] = usePlace()
  const { annotator } = useSettings()
  const act = useMutation({ mutationFn: (action: () => Promise<unknown>) => action() })
  const copy = (write: (table: TextTable) => string) => async () => {
    await navigator.clipboard.writeText(write(tableOf(record, rows)))
    showToast('Copied.')
  }
  const savePairs = (format: 'csv' | 'json') => async () => {
    const { text } = await host.judge.exportPairs({ project, evaluation: record.id, format })
    saveText(`${record.id}.${format}`, text)
  }
  const saveFigure = (format: 'svg' | 'png') => async () => {
    const [figure] = await host.judge.figures({ project, evaluation: record.id })
    if (!figure) throw new Error('There is no result to draw yet.')
    const svg = new Blob([figure.svg], { type: 'image/svg+xml' })
    saveFile(`${figure.name}.${format}`, format === 'svg' ? svg : await pngOf(figure.svg))
  }
  const share = async () => {
    const { name, html } = await host.judge.share({ project, evaluation: record.id })
    saveFile(name, new Blob([html], { type: 'text/html' }))
    showToast(`Saved ${name}: one file, with the result and some of its pairs.`)
  }
  const judgeByHand = async () => {
    const evaluation = record.of ?? record.id
    const started = await host.judge.startBlind({
      project,
      evaluation,
      judge: annotator,
      repeats: repeatShare,
    })
    void queries.invalidateQueries({ queryKey: ['evaluations', project] })
    change({ evaluation: undefined, against: undefined, blind: started.id })
  }
  return (
    <>
      <Problem error={act.error} />
      <Menu
        align="end"
        trigger={<Button icon="copy">Copy or save</Button>}
        entries={[
          {
            group: 'Copy the win rates',
            actions: [
              { text: 'As Markdown', run: () => act.mutate(copy(markdownOf)) },
              { text: 'As CSV', run: () => act.mutate(copy(csvOf)) },
            ],
          },
          {
            group: 'Save the win rates',
            actions: [
              { text: 'As SVG', run: () => act.mutate(saveFigure('svg')) },
              { text: 'As PNG', run: () => act.mutate(saveFigure('png')) },
            ],
          },
          {
            group: 'Save every verdict',
            actions: [
              { text: 'As CSV', run: () => act.mutate(savePairs('csv')) },
              { text: 'As JSON', run: () => act.mutate(savePairs('json')) },
            ],
          },
        ]}
      />
      {record.summary && (
        <Button icon="export" disabled={act.isPending} onClick={() => act.mutate(share)}>
          Share as a file
        </Button>
      )}
      <Button
        icon="judge"
        disabled={act.isPending || record.pairs === 0}
        onClick={() => act.mutate(judgeByHand)}
      >
        Judge by hand
      </Button>
    </>
  )
}

function tableOf(
  { id, name, candidate, summary, judge }: Pairs['record'],
  rows: readonly RoundRow[],
): TextTable {
  const own = summary && { evaluation: id, candidate: candidate ?? name, summary }
  const all = rows.length > 0 ? rows : own ? [own] : []
  return {
    head: ['Candidate', 'Judge', 'Win rate, %', '95% interval', 'Won', 'Tied', 'Lost'],
    rows: all.map(({ candidate: side, summary: { winRate, interval, wins, ties, losses } }) => [
      side,
      judge ?? '',
      winRate.toFixed(1),
      rangeOf(interval),
      ...[wins, ties, losses].map(String),
    ]),
  }
}
