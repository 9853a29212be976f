/** Compares secrets without telling by its time how much of a guess is right. */
import { createHash, timingSafeEqual } from 'node:crypto'

export function isSameSecret(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(x!, y!)
}
