/** A name for something new, if the wanted name is taken. */

/** @returns the name, or the first of `name-2`, `name-3`, … that is not taken */
export function freeName(name: string, isTaken: (candidate: string) => boolean): string {
  let candidate = name
  for (let n = 2; isTaken(candidate); n++) candidate = `${name}-${n}`
  return candidate
}
