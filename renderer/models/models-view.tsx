/** The view Models. */
import { Empty } from '../ui/kit.tsx'

export function ModelsView() {
  return (
    <Empty title="Models">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
