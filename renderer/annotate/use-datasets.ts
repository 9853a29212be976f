/** The project's datasets, for the filter of the queue. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'

export function useDatasets(): { id: string; name: string }[] {
  const project = useProject()
  const { data } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  return data?.datasets ?? []
}
