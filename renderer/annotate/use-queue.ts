/** Which items one works through, in which order: by the state of one's work, or by what a reward model doubts. */
import { useQuery } from '@tanstack/react-query'
import { editsAtATime, QueueOrder } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { useStreamed } from '../app/streamed.ts'

type Queue = Awaited<ReturnType<typeof host.annotate.queue>>

/** The queue keeps its order while one works through it; only the count moves. */
const countDone = (queue: Queue | undefined) => queue && { ...queue, done: queue.done + 1 }

export function useFilter() {
  const [place] = usePlace()
  return { split: (place.split as 'train' | undefined) ?? null, dataset: place.dataset ?? null }
}

/** @param isWanted false while another queue is shown */
export function useOwnQueue(isWanted: boolean) {
  const project = useProject()
  const { annotator } = useSettings()
  const filter = useFilter()
  const [place] = usePlace()
  const order = QueueOrder.safeParse(place.order).data ?? 'unfinished'
  const queryKey = ['queue', project, annotator, order, filter]
  const queue = useQuery({
    queryKey,
    enabled: isWanted,
    queryFn: () => host.annotate.queue({ project, annotator, order, ...filter }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return { ...queue, order, countDone: () => void queries.setQueryData(queryKey, countDone) }
}

/** Edits that a reward model disagrees with, the most first. */
export function useDisputed(isWanted: boolean) {
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
  const atMost = Number(place.edits ?? editsAtATime)
  const scored = useStreamed({
    queryKey: ['disputed', project, annotator, rewardModel, filter, atMost],
    enabled: isWanted && rewardModel !== undefined,
    ask: (signal) =>
      host.annotate.disagreement(
        { project, annotator, rewardModel: rewardModel!, atMost, ...filter },
        { signal },
      ),
  })
  return { scored, rewardModels, rewardModel, atMost }
}
