/** The cache of the host's answers, which are requested again when work ends or the connection was lost. */
import { QueryClient, useQuery } from '@tanstack/react-query'
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
    void queries.invalidateQueries()
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

function update(record: WorkRecord): void {
  queries.setQueryData<WorkRecord[]>(workKey, (before = []) => {
    const isNew = !before.some(({ id }) => id === record.id)
    return isNew ? [record, ...before] : before.map((old) => (old.id === record.id ? record : old))
  })
  // The work changed the project, so every view requests its data again.
  if (record.endedAt !== null)
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== workKey[0] })
}
