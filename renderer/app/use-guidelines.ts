/** What annotators of the project are asked to do, and the kinds that they sort changes by. */
import { useQuery } from '@tanstack/react-query'
import { type Guidelines, maxChangeKinds } from '../../electron/contract/annotate.ts'
import { host } from './connection.ts'
import { useProject } from './navigation.ts'
import { queries } from './queries.ts'

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

/** Only the kinds; the text stays what it is now, also if another window has changed it. */
export async function saveKinds(project: string, kinds: string[]): Promise<void> {
  const { text } = await host.annotate.guidelines({ project })
  await saveGuidelines(project, { text, kinds })
}

/** Why these kinds cannot be saved; undefined if they can. */
export function problemOfKinds(kinds: readonly string[]): string | undefined {
  if (kinds.length > maxChangeKinds)
    return `There are ${kinds.length} kinds, but only ${maxChangeKinds} keys.`
  const twice = kinds.find((kind, i) => kinds.indexOf(kind) < i)
  return twice === undefined ? undefined : `“${twice}” is there twice.`
}
