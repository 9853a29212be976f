/** What the command palette finds: verbs of the view, then places, then items. */
import { useQuery } from '@tanstack/react-query'
import { comparedName } from '../../electron/contract/result-sentence.ts'
import { views } from '../../electron/contract/views.ts'
import type { IconName } from '../ui/icons.tsx'
import { host } from './connection.ts'
import { boundKeys } from './keys.ts'
import { goTo, goToProjects, useProjectMaybe } from './navigation.ts'

export const paletteKinds = ['Do', 'Go to', 'Items'] as const
export type PaletteKind = (typeof paletteKinds)[number]

export interface Entry {
  id: string
  kind: PaletteKind
  icon: IconName
  title: string
  /** Beside the title. */
  detail?: string
  keys?: string
  run(): void
}

const perKind: Record<PaletteKind, number> = { Do: 6, 'Go to': 7, Items: 6 }
const maxNarrowed = 40

/** @param only shows one kind alone, at length */
export function usePaletteEntries(text: string, only: PaletteKind | null): Entry[] {
  const words = text.trim().toLowerCase()
  const matches = ({ title, detail = '' }: Entry) => `${title} ${detail}`.toLowerCase().includes(words)
  const found: Record<PaletteKind, Entry[]> = {
    Do: boundVerbs().filter(matches),
    'Go to': [...useViews(), ...useRuns(), ...useModels(), ...useEvaluations(), ...useProjects()].filter(
      matches,
    ),
    Items: useItems(words),
  }
  return paletteKinds
    .filter((kind) => only === null || only === kind)
    .flatMap((kind) => found[kind].slice(0, only === null ? perKind[kind] : maxNarrowed))
}

/** What the keys do here, the innermost component first; places are found under "Go to". */
function boundVerbs(): Entry[] {
  return boundKeys().flatMap(({ title: group, bindings }) =>
    bindings
      .filter(({ keys }) => !keys.startsWith('g ') && keys !== 'Ctrl+k')
      .map(({ keys, does, run }) => ({
        id: `do ${group} ${does}`,
        kind: 'Do' as const,
        icon: 'right' as const,
        title: does.charAt(0).toUpperCase() + does.slice(1),
        keys,
        run: () => run(new KeyboardEvent('keydown')),
      }))
      .filter(isFirstOfItsTitle),
  )
}

/** A verb that is bound to several keys is found once. */
function isFirstOfItsTitle({ title }: Entry, at: number, all: readonly Entry[]): boolean {
  return all.findIndex((other) => other.title === title) === at
}

function useViews(): Entry[] {
  const project = useProjectMaybe()
  const projects: Entry = {
    ...{ id: 'projects', kind: 'Go to', icon: 'folder', title: 'Projects', keys: 'g p' },
    run: goToProjects,
  }
  if (project === null) return [projects]
  const own = views.map(
    ({ path, title, key }): Entry => ({
      ...{ id: `view ${path}`, kind: 'Go to', icon: path, title, keys: `g ${key}` },
      run: () => goTo(project, path),
    }),
  )
  return [...own, projects]
}

function useProjects(): Entry[] {
  const here = useProjectMaybe()
  const { data } = useQuery({ queryKey: ['recent'], queryFn: () => host.projects.recent({}) })
  return (data ?? [])
    .filter(({ folder, exists }) => exists && folder !== here)
    .map(({ folder, name }) => ({
      ...{ id: `project ${folder}`, kind: 'Go to', icon: 'folder', title: name, detail: 'project' },
      run: () => goTo(folder, 'data'),
    }))
}

function useRuns(): Entry[] {
  const project = useProjectMaybe()
  const { data } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project: project! }),
    enabled: project !== null,
  })
  return (data ?? []).map(({ id, name, kind, state }) => ({
    ...{ id: `run ${id}`, kind: 'Go to', icon: 'runs', title: name, detail: `run, ${kind}, ${state}` },
    run: () => goTo(project!, 'runs', { run: id }),
  }))
}

function useModels(): Entry[] {
  const project = useProjectMaybe()
  const { data } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project: project! }),
    enabled: project !== null,
  })
  return (data ?? []).map(({ id, name }) => ({
    ...{ id: `model ${id}`, kind: 'Go to', icon: 'models', title: name, detail: 'model' },
    run: () => goTo(project!, 'models', { model: id }),
  }))
}

function useEvaluations(): Entry[] {
  const project = useProjectMaybe()
  const { data } = useQuery({
    queryKey: ['evaluations', project],
    queryFn: () => host.judge.list({ project: project! }),
    enabled: project !== null,
  })
  return (data ?? []).map(({ id, name, judge }) => ({
    ...{ id: `evaluation ${id}`, kind: 'Go to', icon: 'judge' },
    ...{ title: comparedName(name), detail: `judged by ${judge}` },
    run: () => goTo(project!, 'judge', { evaluation: id }),
  }))
}

/** Items of the project, which the host searches. */
function useItems(words: string): Entry[] {
  const project = useProjectMaybe()
  const { data } = useQuery({
    queryKey: ['palette-items', project, words],
    queryFn: () => host.data.page({ project: project!, query: { search: words }, limit: maxNarrowed }),
    enabled: project !== null && words.length > 1,
  })
  return (data?.rows ?? []).map(({ id, prompt }) => ({
    ...{ id: `item ${id}`, kind: 'Items', icon: 'file', title: prompt },
    run: () => goTo(project!, 'data', { item: id }),
  }))
}
