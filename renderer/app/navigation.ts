/** The current project, view and search of the address, and how to go to another. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ViewPath } from '../../electron/contract/views.ts'

export type Search = Record<string, string | undefined>

/** A place in the UI, as the router takes it. */
export interface Destination {
  to: string
  params?: Record<string, string>
  search?: Search
}

/** The router imports every view, so views reach it through this function, which main.tsx sets. */
let navigate = (_: Destination): void => {
  throw new Error('setNavigator was not called.')
}

/** Called once, before anything is drawn. */
export function setNavigator(navigator: (destination: Destination) => void): void {
  navigate = navigator
}

/** Goes to a view of a project. */
export function goTo(project: string, view: ViewPath, search: Search = {}): void {
  navigate({ to: `/p/$project/${view}`, params: { project }, search })
}

/** Goes to the list of projects. */
export function goToProjects(): void {
  navigate({ to: '/' })
}

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

/** The search of the address, and a function that changes some of its values; undefined removes one. */
export function usePlace(): [search: Search, change: (some: Search, how?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search
  const navigateFrom = useNavigate()
  const change = (some: Search, how: { replace?: boolean } = {}) =>
    void navigateFrom({ to: '.', search: ((before: Search) => ({ ...before, ...some })) as never, ...how })
  return [search, change]
}
