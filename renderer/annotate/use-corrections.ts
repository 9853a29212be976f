/** What the annotator has changed repeatedly in earlier edits. */
import { useQuery } from '@tanstack/react-query'
import type { Correction } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'

const noCorrections: Correction[] = []

export function useCorrections(): readonly Correction[] {
  const project = useProject()
  const { annotator } = useSettings()
  const { data } = useQuery({
    queryKey: ['corrections', project, annotator],
    queryFn: () => host.annotate.corrections({ project, annotator }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data ?? noCorrections
}

/** After an edit was finished. */
export function refreshCorrections(project: string): void {
  void queries.invalidateQueries({ queryKey: ['corrections', project] })
}
