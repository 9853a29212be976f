/** What drafts and hints have changed, for a project that shows them by chance: medians with and without, and the difference. */
import { useQuery } from '@tanstack/react-query'
import type { HelpEffect } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { saveText } from '../app/save-file.ts'
import { csvOf } from '../app/table-text.ts'
import { Button } from '../ui/button.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { TableScroll } from '../ui/table.tsx'
import { effectTable } from './effort-statistics.ts'

const helpWords: Record<HelpEffect['help'], string> = { draft: 'Draft', hints: 'Reward hints' }

const measureWords: Record<HelpEffect['measure'], string> = {
  activeSeconds: 'Active seconds',
  steps: 'Steps',
  needed: 'Characters changed in the end',
}

export function HelpEffects() {
  const project = useProject()
  const { data, error, refetch } = useQuery({
    queryKey: ['help-effects', project],
    queryFn: () => host.annotate.helpEffects({ project }),
  })
  if (error) return <Problem error={error} onRetry={() => void refetch()} />
  if (!data || data.length === 0) return null
  return (
    <section className="col" aria-labelledby="effort-help">
      <div className="row between wrap">
        <h2 id="effort-help" className="subtitle">
          With and without help
        </h2>
        <Button isSmall icon="export" onClick={() => saveText('help-effects.csv', csvOf(effectTable(data)))}>
          Save the comparison as CSV
        </Button>
      </div>
      <p className="help">
        Chance decides for each item and person whether help is shown. Medians over finished items; the
        interval holds 95% of bootstrap resamples of the items. If it contains 0, no effect is shown.
      </p>
      <TableScroll label="Effort with and without help">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Help</th>
              <th scope="col">Per item</th>
              <th scope="col" className="r">
                With
              </th>
              <th scope="col" className="r">
                Without
              </th>
              <th scope="col" className="r">
                Difference, 95% interval
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((effect) => (
              <Row key={`${effect.help} ${effect.measure}`} effect={effect} />
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  )
}

function Row({ effect: { help, measure, shown, hidden, difference } }: { effect: HelpEffect }) {
  return (
    <tr>
      <th scope="row">{helpWords[help]}</th>
      <td>{measureWords[measure]}</td>
      <Median group={shown} />
      <Median group={hidden} />
      <td className="r">
        {difference === null
          ? 'too few items'
          : `${numberOf(difference.value)} (${numberOf(difference.low)} to ${numberOf(difference.high)})`}
      </td>
    </tr>
  )
}

function Median({ group: { median, n } }: { group: HelpEffect['shown'] }) {
  return (
    <td className="r">
      {numberOf(median)} <span className="quiet">n = {n.toLocaleString('en')}</span>
    </td>
  )
}
