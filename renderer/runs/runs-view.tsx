/** The view Runs. */
import { Empty } from '../ui/kit.tsx'

export function RunsView() {
  return (
    <Empty title="Runs">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
