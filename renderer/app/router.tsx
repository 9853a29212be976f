/** Every place of the page has an address: /p/PROJECT/VIEW with its item, filter or run in the search. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell })

const projects = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../projects/projects-view.tsx'), 'ProjectsView'),
})

/** The views of a project, in the rail's order; `key` follows `g`. */
export const views = [
  { path: 'data', title: 'Data', key: 'd' },
  { path: 'annotate', title: 'Annotate', key: 'a' },
  { path: 'labels', title: 'Labels', key: 'l' },
  { path: 'runs', title: 'Runs', key: 'r' },
  { path: 'judge', title: 'Judge', key: 'j' },
  { path: 'models', title: 'Models', key: 'm' },
  { path: 'settings', title: 'Settings', key: 's' },
] as const

type Search = Record<string, string | undefined>

/** Every value in an address is a text. */
function validateSearch(search: Record<string, unknown>): Search {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

const components = {
  data: lazyRouteComponent(() => import('../data/data-view.tsx'), 'ItemsView'),
  annotate: lazyRouteComponent(() => import('../annotate/annotate-view.tsx'), 'AnnotateView'),
  labels: lazyRouteComponent(() => import('../label/labels-view.tsx'), 'LabelsView'),
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
