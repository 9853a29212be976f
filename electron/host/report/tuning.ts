/** The small search that every arm got, as a table: each setting's win rate on the validation prompts. */
import type { ResultRecord } from '../../contract/report.ts'
import { html, type Markup } from './markup.ts'
import { fixed } from './numbers.ts'

type Tuned = NonNullable<ResultRecord['tuning']>[number]
type Tried = Tuned['tried'][number]

/** Null if no settings were tried. */
export function tuningTable({ tuning = [] }: ResultRecord): Markup | null {
  if (tuning.length === 0) return null
  const most = Math.max(...tuning.map(({ tried }) => tried.length))
  return html`<p class="about">Win rate on prompts that are not used otherwise, first seed. The setting in bold was used for every seed.</p><div class="scroll"><table><thead><tr><th scope="col">Arm</th>${Array.from(
    { length: most },
    (_, i) => html`<th scope="col" class="number">Try ${String(i + 1)}</th>`,
  )}</tr></thead><tbody>${tuning.map(tunedRow)}</tbody></table></div>`
}

function tunedRow({ arm, edits, tried, chosen }: Tuned): Markup {
  const name = edits === null ? arm : `${arm}, ${edits} edits`
  return html`<tr><th scope="row" class="name">${name}</th>${tried.map((one, i) => {
    const rate = one.winRate === null ? 'diverged' : fixed(one.winRate, 1)
    const shown = i === chosen ? html`<b>${rate}</b>` : rate
    return html`<td class="number">${shown}<small>${settingWords(one)}</small></td>`
  })}</tr>`
}

function settingWords({ rate, passes, klCoef }: Tried): string {
  const words = [
    ...(klCoef === null ? [] : [`KL ${Number(klCoef.toPrecision(3))}`]),
    ...(rate === 1 ? [] : [`rate × ${Number(rate.toPrecision(2))}`]),
    ...(passes === 1 ? [] : [`passes × ${passes}`]),
  ]
  return words.join(', ') || 'as planned'
}
