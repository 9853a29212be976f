/** A project whose database is damaged: what can be saved, and one button that saves it. Nothing is deleted. */
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ProjectCopy, Recovery } from '../../electron/contract/projects.ts'
import { Button } from '../ui/button.tsx'
import { numberOf, timeOf } from '../ui/format.ts'
import { Problem, sentenceOf } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { host } from './connection.ts'
import { queries } from './queries.ts'
import type { WayBack } from './view-problem.tsx'
import '../ui/empty.css'

export function RecoverProject({ project, error, back }: { project: string; error: unknown; back: WayBack }) {
  const { data, error: unlisted } = useQuery({
    queryKey: ['copies', project],
    queryFn: () => host.projects.copies({ project }),
  })
  const recover = useMutation({ mutationFn: () => host.verbs.recover({ project }) })
  if (recover.data) return <Recovered recovery={recover.data} />
  return (
    <div className="empty view-problem recover">
      <h1>This project’s database is damaged</h1>
      <p>{sentenceOf(error).replace(/ See what can be saved.*$/, '')}</p>
      {!data && !unlisted && <Skeleton label="Its copies are being checked" />}
      {data && <Copies copies={data.copies} />}
      <p>
        Recovering takes the newest whole copy and adds every edit, run and verdict that can still be read.
        The damaged file is kept in the folder “damaged”.
      </p>
      <Problem error={unlisted ?? recover.error} />
      <p className="row">
        <Button kind="primary" disabled={recover.isPending} onClick={() => recover.mutate()}>
          {recover.isPending ? 'Recovering…' : 'Recover the project'}
        </Button>
        <Button onClick={back.go}>{back.label}</Button>
      </p>
    </div>
  )
}

function Copies({ copies }: { copies: readonly ProjectCopy[] }) {
  if (copies.length === 0) return <p>It has no copies; what can be read of the damaged file is saved.</p>
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Copy of</th>
          <th scope="col" className="r">
            Items
          </th>
          <th scope="col" className="r">
            Saved edits
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {copies.map(({ name, madeAt, problem, items, annotations }) => (
          <tr key={name}>
            <td>{timeOf(madeAt)}</td>
            <td className="r">{problem === null ? numberOf(items) : '–'}</td>
            <td className="r">{problem === null ? numberOf(annotations) : '–'}</td>
            <td>{problem === null ? 'Whole' : 'Damaged'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Recovered({ recovery: { copy, damaged, tables } }: { recovery: Recovery }) {
  const rows = (table: string) => tables.find((each) => each.table === table)
  const total = (table: string) => (rows(table)?.inCopy ?? 0) + (rows(table)?.salvaged ?? 0)
  const lost = tables.filter(({ isWhole, refused }) => !isWhole || refused > 0).map(({ table }) => table)
  return (
    <div className="empty view-problem recover" role="status">
      <h1>The project is recovered</h1>
      <p>
        It has {numberOf(total('items'))} items, {numberOf(total('annotations'))} saved edits and{' '}
        {numberOf(total('runs'))} runs, from {copy === null ? 'what could be read' : 'its newest whole copy'}
        {copy !== null && ' and what could be read of the damaged file'}.
      </p>
      {lost.length > 0 && (
        <p>
          Not everything could be read of: {lost.map((table) => table.replaceAll('_', ' ')).join(', ')}. What
          is newer than the copy there is lost.
        </p>
      )}
      {damaged !== null && <p className="help">The damaged database is kept: {damaged}</p>}
      <p className="row">
        <Button kind="primary" onClick={() => void queries.invalidateQueries()}>
          Open the project
        </Button>
      </p>
    </div>
  )
}
