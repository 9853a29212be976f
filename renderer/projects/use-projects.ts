/** Entering a project once it is created or opened, and creating the sample project. */
import { useMutation } from '@tanstack/react-query'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { goTo } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { showGuide } from '../app/use-guide.ts'
import { isDamaged } from '../app/view-problem.tsx'

export function useEnter() {
  return ({ folder }: ProjectOverview) => {
    void queries.invalidateQueries({ queryKey: ['recent'] })
    goTo(folder, 'data')
  }
}

/** Opens a project by its folder; a damaged one is shown with what can be saved of it. */
export function useOpen() {
  return useMutation({
    mutationFn: (project: string) => host.projects.open({ project }),
    onSuccess: useEnter(),
    onError: (error, folder) => {
      if (isDamaged(error)) goTo(folder, 'data')
    },
  })
}

export function useSample() {
  const enter = useEnter()
  return useMutation({
    mutationFn: () => host.projects.createSample({}),
    onSuccess: (overview) => {
      showGuide(overview.folder)
      enter(overview)
    },
  })
}
