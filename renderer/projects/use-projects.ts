/** Entering a project once it is created or opened, and creating the sample project. */
import { useMutation } from '@tanstack/react-query'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { goTo } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { showGuide } from '../app/use-guide.ts'

export function useEnter() {
  return ({ folder }: ProjectOverview) => {
    void queries.invalidateQueries({ queryKey: ['recent'] })
    goTo(folder, 'data')
  }
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
