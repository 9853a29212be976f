/** Where one is: the project and view of the address, and what else the address says; and how to go elsewhere. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ViewPath } from '../../electron/contract/views.ts'
import { router } from './router.tsx'

type Search = Record<string, string | undefined>

/** The project's folder. @throws Error outside of a project's views */
export function useProject(): string {
  const folder = useProjectMaybe()
  if (folder === null) throw new Error('This view needs a project in its address.')
  return folder
}

export function useProjectMaybe(): string | null {
  const { project } = useParams({ strict: false }) as { project?: string }
  return project ?? null
}

/** What the address says beside the view, and how to change some of it; undefined takes a name out. */
export function usePlace(): [search: Search, change: (some: Search, how?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const change = (some: Search, how: { replace?: boolean } = {}) =>
    void navigate({ to: '.', search: ((before: Search) => ({ ...before, ...some })) as never, ...how })
  return [search, change]
}

/** Goes to a view of a project. */
export function goTo(project: string, view: ViewPath, search: Search = {}): void {
  void router.navigate({ to: `/p/$project/${view}`, params: { project }, search } as never)
}
