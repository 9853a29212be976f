/** The cache of the host's answers, which are requested again when work ends or the connection was lost. */
import { type Query, QueryClient, useQuery } from '@tanstack/react-query'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host, onConnection } from './connection.ts'

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 2000, retry: false, refetchOnWindowFocus: false } },
})

const workKey = ['work']

/** All work since the host started, always current. */
export function useWork(project?: string): WorkRecord[] {
  const { data } = useQuery({
    queryKey: workKey,
    queryFn: () => host.work.list({}),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (data ?? []).filter((record) => project === undefined || record.project === project)
}

/** Keeps the list of work current. Called once, when the UI starts. */
export function followHost(): void {
  void followWork()
  onConnection((state) => {
    if (state !== 'open') return
    void queries.invalidateQueries({ predicate: isAskedAgain })
    void followWork()
  })
}

async function followWork(): Promise<void> {
  try {
    for await (const record of await host.work.watchAll({})) update(record)
  } catch {
    // The connection is lost; this starts again when it is open.
  }
}

/** Not a queue, which stays as it is while someone works through it: only an import adds to it. */
function isAskedAgain({ queryKey, state }: Query): boolean {
  return queryKey[0] !== 'queue' || state.status === 'error'
}

function update(record: WorkRecord): void {
  queries.setQueryData<WorkRecord[]>(workKey, (before = []) => {
    const isNew = !before.some(({ id }) => id === record.id)
    return isNew ? [record, ...before] : before.map((old) => (old.id === record.id ? record : old))
  })
  // The work changed the project, so every view requests its data again.
  if (record.endedAt !== null)
    void queries.invalidateQueries({
      predicate: (query) =>
        query.queryKey[0] !== workKey[0] && (record.verb === 'import' || isAskedAgain(query)),
    })
}
