/** How far other judges of the same pairs agree, and the way to the pairs on which they do not. */
import { usePlace } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { numberOf } from '../ui/format.ts'
import type { Pairs } from './pairs-card.tsx'
import { ResultTable } from './result-table.tsx'

export function JudgesCard({ rows }: { rows: Pairs['agreement'] }) {
  const [, change] = usePlace()
  const show = (evaluation: string) => {
    change({ against: evaluation })
    document.getElementById('pairs')?.scrollIntoView()
  }
  return (
    <Card title="Agreement with other judges">
      <ResultTable
        title="Agreement"
        rows={rows}
        isNarrow={false}
        keyOf={({ evaluation }) => evaluation}
        columns={[
          { head: 'Judge', text: ({ judge }) => judge },
          { head: 'Agree', text: ({ agreement }) => `${Math.round(100 * agreement)}%` },
          { head: "Cohen's kappa", text: ({ kappa }) => numberOf(kappa) },
          { head: 'Pairs', text: ({ n }) => String(n) },
          {
            head: 'Disagreements',
            text: ({ disagreements }) => String(disagreements.length),
            cell: ({ evaluation, judge, disagreements: { length } }) =>
              length === 0 ? (
                'none'
              ) : (
                <Button isSmall onClick={() => show(evaluation)}>
                  {length} {length === 1 ? 'pair' : 'pairs'}
                  <span className="unseen">: show the disagreements with {judge}</span>
                </Button>
              ),
          },
        ]}
      />
    </Card>
  )
}
