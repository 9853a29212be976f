/** The view Annotate. */
import { Empty } from '../ui/kit.tsx'

export function AnnotateView() {
  return (
    <Empty title="Annotate">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
