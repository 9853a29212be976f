/** The items to work through and their order: by the state of the annotator's work, or by a reward model's doubts. */
import { useQuery } from '@tanstack/react-query'
import { disputedEditsLimit, QueueOrder, QueueState } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { useStreamed } from '../app/streamed.ts'

type OwnQueue = Awaited<ReturnType<typeof host.annotate.queue>>

/** The queue keeps its order while the user works through it; only the count changes. */
const countedBy = (by: number) => (queue: OwnQueue | undefined) =>
  queue && { ...queue, done: queue.done + by }

function useFilter() {
  const [place] = usePlace()
  return { split: (place.split as 'train' | undefined) ?? null, dataset: place.dataset ?? null }
}

/** @param enabled false while the other queue is shown */
function useOwnQueue(enabled: boolean) {
  const project = useProject()
  const { annotator } = useSettings()
  const filter = useFilter()
  const [place] = usePlace()
  const order = QueueOrder.safeParse(place.order).data ?? 'unfinished'
  const state = QueueState.safeParse(place.state).data ?? null
  const search = place.q ?? ''
  const queryKey = ['queue', project, annotator, order, filter, state, search]
  const queue = useQuery({
    queryKey,
    enabled,
    queryFn: () => host.annotate.queue({ project, annotator, order, state, search, ...filter }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return { ...queue, order, countDone: (by: 1 | -1) => void queries.setQueryData(queryKey, countedBy(by)) }
}

/** Edits that a reward model disagrees with, the strongest disagreement first. */
function useDisputed(enabled: boolean) {
  const project = useProject()
  const { annotator } = useSettings()
  const filter = useFilter()
  const [place] = usePlace()
  const { data: models } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const rewardModels = models?.filter(({ kind }) => kind === 'reward').map(({ name }) => name)
  const rewardModel = place.reward ?? rewardModels?.[0]
  const atMost = Number(place.edits ?? disputedEditsLimit)
  const scored = useStreamed({
    queryKey: ['disputed', project, annotator, rewardModel, filter, atMost],
    enabled: enabled && rewardModel !== undefined && rewardModels?.includes(rewardModel) === true,
    ask: (signal) =>
      host.annotate.disagreement(
        { project, annotator, rewardModel: rewardModel!, limit: atMost, ...filter },
        { signal },
      ),
  })
  return { scored, edits: enabled ? scored.data : undefined, rewardModels, rewardModel, atMost }
}

export type Queue = ReturnType<typeof useQueue>

/** The queue that the address names, with the current item and a way to the others. */
export function useQueue() {
  const [place, change] = usePlace()
  const isDisputed = place.order === 'disagreement'
  const own = useOwnQueue(!isDisputed)
  const disputed = useDisputed(isDisputed)
  const ids = (isDisputed ? disputed.edits?.edits.map((edit) => edit.id) : own.data?.ids) ?? []
  const id = place.item ?? ids[0]
  const index = ids.indexOf(id ?? '')
  const move = (by: number) => {
    // The item of an address may be in no place of the queue: then the next is the first.
    const next = index < 0 ? ids[0] : ids[index + by]
    if (next) change({ item: next })
  }
  return { isDisputed, own, disputed, ids, id, index, isLast: index >= ids.length - 1, move }
}
