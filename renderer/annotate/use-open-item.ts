/** An item as it was opened, and again if another window has saved a newer version of it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { openItem, openKey, type Place, unsavedEdit } from '../app/unsaved.ts'
import { shownRevision } from './session.ts'

type Opened = Awaited<ReturnType<typeof openItem>>

interface Shown {
  opened: Opened
  /** Counts the openings. */
  version: number
}

export function useOpenItem(place: Place) {
  const { data, error, refetch } = useQuery({
    queryKey: openKey(place),
    queryFn: () => openItem(place),
    staleTime: 0,
    gcTime: 0,
    refetchOnMount: 'always',
    // Another program may have saved a version, which this window is not told about.
    refetchOnWindowFocus: 'always',
  })
  const [shown, setShown] = useState<Shown | null>(null)
  // The editor's text is newer than the answer, unless the answer has a revision that the editor has not seen.
  if (data && (shown === null || isNewer(data, shown, place)))
    setShown({ opened: data, version: shown === null ? 0 : shown.version + 1 })
  return {
    opened: shown?.opened ?? null,
    /** The stored note, as far as it is known. */
    note: (data ?? shown?.opened)?.note ?? '',
    version: shown?.version ?? 0,
    isFromElsewhere: shown !== null && shown.version > 0,
    error,
    retry: () => void refetch(),
  }
}

/** Never while something is unsaved here: saving it finds the newer version, and the user chooses. */
function isNewer({ annotation }: Opened, { opened }: Shown, place: Place): boolean {
  if (annotation === null || annotation === opened.annotation || unsavedEdit(place)) return false
  return annotation.revision > (shownRevision(place) ?? opened.annotation?.revision ?? 0)
}
