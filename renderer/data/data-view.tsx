/** The view Data. */
import { Empty } from '../ui/kit.tsx'

export function ItemsView() {
  return (
    <Empty title="Data">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
