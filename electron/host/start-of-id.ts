/** Records by the start of their ids, with or without the kind that ids begin with: `run_1f2e` or `1f2e`. */
import { UserError } from '../contract/errors.ts'

/** @returns undefined if there is none @throws UserError `bad_input` if several ids start with it */
export function byStartOfId<Row extends { id: string }>(
  rows: readonly Row[],
  kind: 'run' | 'evaluation',
  text: string,
): Row | undefined {
  const [found, ...others] = rows.filter(({ id }) => id.startsWith(text) || id.startsWith(`${kind}_${text}`))
  if (others.length === 0) return found
  throw new UserError(
    'bad_input',
    `Several ${kind}s have an id that starts with "${text}". Give more of the id.`,
  )
}
