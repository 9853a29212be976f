/** What annotators of the project are asked to do, and the kinds that they sort changes by. */
import { useQuery } from '@tanstack/react-query'
import type { Guidelines } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'

const keyOf = (project: string) => ['guidelines', project] as const

export function useGuidelines() {
  const project = useProject()
  return useQuery({
    queryKey: keyOf(project),
    queryFn: () => host.annotate.guidelines({ project }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export async function saveGuidelines(project: string, guidelines: Guidelines): Promise<void> {
  queries.setQueryData(keyOf(project), await host.annotate.saveGuidelines({ project, guidelines }))
}
