/** How well token rewards find each kind of error. */
import { auroc } from '../../engine/statistics/ranking.ts'

/** @param tokens with the kinds of error that each is part of; none for a token without errors */
export function aurocByKind(tokens: readonly { reward: number; kinds: string[] }[]): Record<string, number> {
  const kinds = [...new Set(tokens.flatMap((token) => token.kinds))]
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const compared = tokens.filter((token) => token.kinds.length === 0 || token.kinds.includes(kind))
      const area = auroc(
        compared.map(({ reward }) => -reward),
        compared.map((token) => token.kinds.length > 0),
      )
      return area === null ? [] : [[kind, area]]
    }),
  )
}
