/** What happened to a run: the marks of its record, and below them the host's notes since it started. */
import type { RunMark } from '../../electron/contract/records.ts'
import { useWork } from '../app/queries.ts'
import { timeOf } from '../ui/format.ts'
import { isWarning } from './chart-lines.ts'

export function RunLog({ run, marks }: { run: string; marks: readonly RunMark[] }) {
  const jobs = useWork().filter((job) => job.run === run)
  return (
    <div className="pad col">
      {marks.length === 0 && jobs.length === 0 && (
        <p className="quiet">Pauses, tripwires and notes on this run will be listed here.</p>
      )}
      {marks.length > 0 && <Marks marks={marks} />}
      {jobs.map(({ id, notes, error }) => (
        <ul key={id} className="num">
          {notes.map((sentence, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only appended
            <li key={i}>{sentence}</li>
          ))}
          {error && <li className="problem">{error}</li>}
        </ul>
      ))}
    </div>
  )
}

function Marks({ marks }: { marks: readonly RunMark[] }) {
  return (
    <table className="table" aria-label="Events of the run">
      <tbody>
        {marks.map((mark) => (
          <tr key={`${mark.at} ${mark.kind}`}>
            <th scope="row">step {mark.step}</th>
            <td>{mark.kind}</td>
            <td className={isWarning(mark) ? 'problem' : undefined}>{mark.sentence}</td>
            <td>{timeOf(mark.at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
