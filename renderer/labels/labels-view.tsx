/** The view Labels. */
import { Empty } from '../ui/kit.tsx'

export function LabelsView() {
  return (
    <Empty title="Labels">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
