/** How the arms differ from each other: contrasts of their win rates, and win rates by the number of edits. */
import type { ResultRecord } from '../../contract/report.ts'
import { tint } from './heat-map.ts'
import { html, type Markup } from './markup.ts'
import { fixed, signed } from './numbers.ts'
import { swatch } from './series.ts'
import { seriesOf } from './tables.ts'

/** Differences of win rates over the reference, the largest first; null if there are none. */
export function contrastTable({ contrasts = [] }: ResultRecord): Markup | null {
  if (contrasts.length === 0) return null
  const rows = [...contrasts]
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .map(({ arm, opponent, value, interval }) => {
      const { side, strength } = tint(value, 12)
      const isShown = interval.low > 0 || interval.high < 0
      return html`<tr><th scope="row" class="name">${arm} − ${opponent}</th><td class="number game ${side}" style="--strength:${strength}">${signed(value, 1)}</td><td class="number quiet">${signed(interval.low, 1)} to ${signed(interval.high, 1)}</td><td>${isShown ? 'differ' : 'not shown to differ'}</td></tr>`
    })
  return html`<p class="about">By how many points of win rate over the reference one arm exceeds another, paired by prompt and seed, with 95% intervals.</p><div class="scroll"><table><thead><tr><th scope="col">Arms</th><th scope="col" class="number">Points</th><th scope="col" class="number">95% interval</th><th scope="col">At this size</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

/** Win rate of each arm by the number of edits that it learned from; null unless there are several numbers. */
export function editCurveTable(record: ResultRecord): Markup | null {
  const { editCurve = [] } = record
  if (editCurve.length === 0) return null
  const counts = [...new Set(editCurve.filter(({ isAll }) => !isAll).map(({ edits }) => edits))].sort(
    (a, b) => a - b,
  )
  const cell = (found: (typeof editCurve)[number] | undefined) =>
    found === undefined
      ? html`<td class="number none">–</td>`
      : html`<td class="number">${fixed(found.winRate, 1)}<small>${fixed(found.interval.low, 1)} – ${fixed(found.interval.high, 1)}</small></td>`
  const rows = [...Map.groupBy(editCurve, ({ arm }) => arm)].map(
    ([arm, points]) =>
      html`<tr><th scope="row" class="name"><span class="arm">${swatch(seriesOf(record, arm))}${arm}</span></th>${ofCounts(points, counts).map(cell)}</tr>`,
  )
  return html`<p class="about">Win rate over the reference, in percent, of arms that learned from some of the edits. Fewer edits are part of more, and are passed over more often.</p><div class="scroll"><table class="games">${headOfCounts('Arm', counts)}<tbody>${rows}</tbody></table></div>${editContrastTable(record, counts)}`
}

function headOfCounts(first: string, counts: readonly number[]): Markup {
  return html`<thead><tr><th scope="col">${first}</th>${counts.map(
    (count) => html`<th scope="col" class="number">${count} edits</th>`,
  )}<th scope="col" class="number">all</th></tr></thead>`
}

/** What there is for each number of edits, and for all of them. */
function ofCounts<Point extends { edits: number; isAll: boolean }>(
  points: readonly Point[],
  counts: readonly number[],
): (Point | undefined)[] {
  const few = counts.map((count) => points.find(({ edits, isAll }) => !isAll && edits === count))
  return [...few, points.find(({ isAll }) => isAll)]
}

/** How arms that learned from as many edits differ; null in records that do not have it. */
function editContrastTable({ editContrasts = [] }: ResultRecord, counts: readonly number[]): Markup | null {
  if (editContrasts.length === 0) return null
  const cell = (found: (typeof editContrasts)[number] | undefined) => {
    if (found === undefined) return html`<td class="number none">–</td>`
    const { value, interval } = found
    const { side, strength } = tint(value, 12)
    return html`<td class="number game ${side}" style="--strength:${strength}">${signed(value, 1)}<small>${signed(interval.low, 1)} to ${signed(interval.high, 1)}</small></td>`
  }
  const pairs = Map.groupBy(editContrasts, ({ arm, opponent }) => `${arm} − ${opponent}`)
  const rows = [...pairs].map(
    ([pair, points]) =>
      html`<tr><th scope="row" class="name">${pair}</th>${ofCounts(points, counts).map(cell)}</tr>`,
  )
  return html`<p class="about">By how many points one arm exceeds another that learned from as many edits, paired by prompt and seed.</p><div class="scroll"><table class="games">${headOfCounts('Arms', counts)}<tbody>${rows}</tbody></table></div>`
}
