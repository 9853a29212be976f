/** The settings that differ between configurations. */

/** @returns each path whose values are not all the same, with every configuration's value as text */
export function differences(configs: readonly object[]): { key: string; values: string[] }[] {
  const flat = configs.map((config) => new Map(leaves(config, '')))
  const keys = [...new Set(flat.flatMap((config) => [...config.keys()]))]
  return keys.flatMap((key) => {
    const values = flat.map((config) => config.get(key) ?? '–')
    return new Set(values).size > 1 ? [{ key, values }] : []
  })
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield [path, typeof value === 'string' ? value : JSON.stringify(value)]
    return
  }
  for (const [key, member] of Object.entries(value))
    yield* leaves(member, path === '' ? key : `${path}.${key}`)
}
