/** The view Judge. */
import { Empty } from '../ui/kit.tsx'

export function JudgeView() {
  return (
    <Empty title="Judge">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
