/** What a person has typed as the reason for a verdict, by session and pair: it comes back after undo and after a pause. */

const prefix = 'stet-reason '

export function reasonOf(evaluation: string, pairId: string): string {
  return sessionStorage.getItem(`${prefix}${evaluation} ${pairId}`) ?? ''
}

export function keepReason(evaluation: string, pairId: string, reason: string): void {
  const key = `${prefix}${evaluation} ${pairId}`
  if (reason === '') sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, reason)
}
