/** Every place of the UI has an address: /p/PROJECT/VIEW, with the item, filter or run in the search. */
import { createHashHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type ViewPath, views } from '../../electron/contract/views.ts'
import { type LazyView, lazyView } from './lazy-view.tsx'
import type { Search } from './navigation.ts'
import { NotFound, ProjectViews, ViewFailed } from './not-found.tsx'
import { Shell } from './shell.tsx'

/** Each view is the file `VIEW/VIEW-view.tsx`, which exports it as `View`. */
const viewFiles = import.meta.glob<{ View: () => ReactNode }>('../*/*-view.tsx')

const components: LazyView[] = []

/** @throws Error if the view has no file (tested in test/architecture.test.ts) */
function componentOf(view: ViewPath | 'projects') {
  const load = viewFiles[`../${view}/${view}-view.tsx`]
  if (!load) throw new Error(`renderer/${view}/${view}-view.tsx does not exist.`)
  const component = lazyView(load)
  components.push(component)
  return component
}

/** Loads the code of all views, one after the other, so that they open at once, and even if the host is down. */
export async function preloadViews(): Promise<void> {
  for (const { preload } of components) await preload()
}

const root = createRootRoute({ component: Shell })

const projects = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: componentOf('projects'),
})

/** All values of an address are texts. */
function validateSearch(search: Record<string, unknown>): Search {
  const set = Object.entries(search).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]))
}

const project = createRoute({ getParentRoute: () => root, path: '/p/$project', component: ProjectViews })

const projectViews = views.map(({ path }) =>
  createRoute({
    getParentRoute: () => project,
    path,
    validateSearch,
    component: componentOf(path),
  }),
)

export const router = createRouter({
  routeTree: root.addChildren([projects, project.addChildren(projectViews)]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultErrorComponent: ViewFailed,
  defaultNotFoundComponent: NotFound,
})
