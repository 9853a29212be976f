/** Every place of the page has an address: /p/PROJECT/VIEW with its item, filter or run in the search. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { type ViewPath, views } from '../../electron/contract/views.ts'
import type { Search } from './navigation.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell })

const projects = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../projects/projects-view.tsx'), 'ProjectsView'),
})

/** Every value in an address is a text. */
function validateSearch(search: Record<string, unknown>): Search {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

const components: Record<ViewPath, ReturnType<typeof lazyRouteComponent>> = {
  data: lazyRouteComponent(() => import('../data/data-view.tsx'), 'ItemsView'),
  annotate: lazyRouteComponent(() => import('../annotate/annotate-view.tsx'), 'AnnotateView'),
  label: lazyRouteComponent(() => import('../label/labels-view.tsx'), 'LabelsView'),
  runs: lazyRouteComponent(() => import('../runs/runs-view.tsx'), 'RunsView'),
  judge: lazyRouteComponent(() => import('../judge/judge-view.tsx'), 'JudgeView'),
  models: lazyRouteComponent(() => import('../models/models-view.tsx'), 'ModelsView'),
  settings: lazyRouteComponent(() => import('../settings/settings-view.tsx'), 'SettingsView'),
}

const projectViews = views.map(({ path }) =>
  createRoute({
    getParentRoute: () => root,
    path: `/p/$project/${path}`,
    validateSearch,
    component: components[path],
  }),
)

export const router = createRouter({
  routeTree: root.addChildren([projects, ...projectViews]),
  history: createHashHistory(),
  defaultPreload: 'intent',
})
