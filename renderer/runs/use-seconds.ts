/** How long ago something began, counted every second. */
import { useEffect, useState } from 'react'

/** @param since an ISO time; null counts nothing */
export function useSeconds(since: string | null): number | null {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (since === null) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [since])
  return since === null ? null : Math.max(0, (now - Date.parse(since)) / 1000)
}
