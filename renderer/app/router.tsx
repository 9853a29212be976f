/** Every place of the UI has an address: /p/PROJECT/VIEW, with the item, filter or run in the search. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type ViewPath, views } from '../../electron/contract/views.ts'
import type { Search } from './navigation.ts'
import { Shell } from './shell.tsx'

/** Each view is the file `VIEW/VIEW-view.tsx`, which exports it as `View`. */
const viewFiles = import.meta.glob<{ View: () => ReactNode }>('../*/*-view.tsx')

/** @throws Error if the view has no file (tested in test/architecture.test.ts) */
function componentOf(view: ViewPath | 'projects') {
  const load = viewFiles[`../${view}/${view}-view.tsx`]
  if (!load) throw new Error(`renderer/${view}/${view}-view.tsx does not exist.`)
  return lazyRouteComponent(load, 'View')
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

const projectViews = views.map(({ path }) =>
  createRoute({
    getParentRoute: () => root,
    path: `/p/$project/${path}`,
    validateSearch,
    component: componentOf(path),
  }),
)

export const router = createRouter({
  routeTree: root.addChildren([projects, ...projectViews]),
  history: createHashHistory(),
  defaultPreload: 'intent',
})
