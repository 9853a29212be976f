/** The view Settings. */
import { Empty } from '../ui/kit.tsx'

export function SettingsView() {
  return (
    <Empty title="Settings">
      <p>This view is not built yet. Everything works from the command line: docs/CLI.md.</p>
    </Empty>
  )
}
