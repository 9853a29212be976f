/** The report's tables: win rates with their bars, head to head, reward models, flaws and length. */
import type { Arm, Responses, ResultRecord } from '../../contract/report.ts'
import { tint } from './heat-map.ts'
import { evenLine, intervalAxis, intervalBar, intervalScale } from './interval-bar.ts'
import { html, type Markup } from './markup.ts'
import { fixed, pValue, pWords } from './numbers.ts'
import { againstReference, findHeadToHead, mirrored } from './sentences.ts'
import { seriesClass, swatch } from './series.ts'

/** Number of an arm's colour: the reference is 0, the arms follow in the record's order. */
export function seriesOf(record: ResultRecord, arm: string): number {
  return 1 + record.arms.findIndex(({ name }) => name === arm)
}

function optional(value: number | null, digits: number): string {
  return value === null ? '–' : fixed(value, digits)
}

function nameCell({ name, description }: Responses, series: number): Markup {
  return html`<th scope="row" class="name"><span class="arm">${swatch(series)}${name}</span>${
    description === '' ? null : html`<small>${description}</small>`
  }</th>`
}

function armRow(record: ResultRecord, arm: Arm, axis: ReturnType<typeof intervalScale>): Markup {
  const { adjustedP } = againstReference(record, arm.name)!
  const {
    winRate,
    interval,
    wins,
    ties,
    losses,
    signTestP,
    lengthControlledWinRate,
    styleControlledWinRate = null,
    kl,
    start,
  } = arm
  return html`<tr>${nameCell(arm, seriesOf(record, arm.name))}<td class="plot">${intervalBar(arm, axis, seriesOf(record, arm.name))}</td><td class="number strong">${fixed(winRate, 1)}</td><td class="number quiet">${fixed(interval.low, 1)} – ${fixed(interval.high, 1)}</td><td class="number">${wins} / ${ties} / ${losses}</td><td class="number">${pValue(signTestP)}</td><td class="number">${pValue(adjustedP)}</td><td class="number">${optional(lengthControlledWinRate, 1)}</td><td class="number">${optional(styleControlledWinRate, 1)}</td><td class="number">${optional(kl, 2)}${start ? html`<small>${fixed(start.kl, 2)} from ${start.arm}</small>` : null}</td></tr>`
}

/** Every arm against the reference, best first: figure and table in one. */
export function winRateTable(record: ResultRecord): Markup {
  const arms = [...record.arms].sort((a, b) => b.winRate - a.winRate)
  const axis = intervalScale(arms)
  return html`<div class="scroll"><table class="rates"><thead><tr><th scope="col">Arm</th><th scope="col" class="plot"><span class="unseen">Win rate with interval</span>${intervalAxis(axis)}</th><th scope="col" class="number">Win rate</th><th scope="col" class="number">95% interval</th><th scope="col" class="number">Pairs won / tied / lost</th><th scope="col" class="number">p</th><th scope="col" class="number">p, Holm</th><th scope="col" class="number">At equal<br>length</th><th scope="col" class="number">At equal<br>style</th><th scope="col" class="number">KL</th></tr></thead><tbody>${arms.map(
    (arm) => armRow(record, arm, axis),
  )}<tr class="reference">${nameCell(record.reference, 0)}<td class="plot">${evenLine(axis)}</td><td class="number">50</td><td class="number quiet">by definition</td><td></td><td></td><td></td><td></td><td></td><td class="number">0</td></tr></tbody></table></div>`
}

function gameCell(record: ResultRecord, arm: string, opponent: string): Markup {
  if (arm === opponent) return html`<td class="number none">·</td>`
  const result = findComparison(record, arm, opponent)
  if (!result) return html`<td class="number none">–</td>`
  const { side, strength } = tint(result.winRate - 50, 25)
  return html`<td class="number game ${side}" style="--strength:${strength}">${fixed(result.winRate, 1)}<small>${fixed(result.interval.low, 1)} – ${fixed(result.interval.high, 1)}</small><small>${pWords(result.adjustedP)}</small></td>`
}

/** One of the two may be the reference. */
function findComparison(record: ResultRecord, arm: string, opponent: string) {
  if (opponent === record.reference.name) return againstReference(record, arm)
  if (arm !== record.reference.name) return findHeadToHead(record, arm, opponent)
  const result = againstReference(record, opponent)
  return result && mirrored(result)
}

/** Win rate of each row over each column, tinted by its distance from 50%. */
export function headToHeadTable(record: ResultRecord): Markup | null {
  if (record.headToHead.length === 0) return null
  const names = [record.reference.name, ...record.arms.map(({ name }) => name)]
  return html`<div class="scroll"><table class="games"><thead><tr><th scope="col">Row over column, %</th>${names.map(
    (name) => html`<th scope="col" class="number">${name}</th>`,
  )}</tr></thead><tbody>${names.map(
    (arm, i) =>
      html`<tr><th scope="row" class="name"><span class="arm">${swatch(i)}${arm}</span></th>${names.map((opponent) => gameCell(record, arm, opponent))}</tr>`,
  )}</tbody></table></div>`
}

/** A number above a thin bar that shows it as a share of `max`. */
function meter(value: number | null, max: number, digits: number): Markup {
  if (value === null) return html`<td class="number none">–</td>`
  const width = max === 0 ? 0 : (100 * value) / max
  return html`<td class="number meter"><span>${fixed(value, digits)}</span><i style="width:${width.toFixed(1)}%"></i></td>`
}

/** Held-out accuracies of the reward models. */
export function rewardModelTable({ rewardModels }: ResultRecord): Markup | null {
  if (rewardModels.length === 0) return null
  return html`<div class="scroll"><table class="meters"><thead><tr><th scope="col">Reward model</th><th scope="col">Scheme</th><th scope="col" class="number">Pairwise accuracy</th><th scope="col" class="number">Token AUROC</th><th scope="col" class="number">Token F1</th><th scope="col" class="number">Rank correlation</th><th scope="col" class="number">Pairs</th></tr></thead><tbody>${rewardModels.map(
    (model) =>
      html`<tr><th scope="row" class="name">${model.name}</th><td><code>${model.scheme}</code></td>${meter(model.pairwiseAccuracy, 1, 3)}${meter(model.tokenAuroc, 1, 3)}${meter(model.tokenF1, 1, 3)}<td class="number">${optional(model.rankCorrelation, 2)}</td><td class="number">${model.n}</td></tr>`,
  )}</tbody></table></div>`
}

/** How well token rewards detect each kind of flaw; null if the flaws are not known. */
export function flawAurocTable({ rewardModels }: ResultRecord): Markup | null {
  const kinds = [...new Set(rewardModels.flatMap(({ flawAuroc }) => Object.keys(flawAuroc)))]
  if (kinds.length === 0) return null
  const withTokens = rewardModels.filter(({ flawAuroc }) => Object.keys(flawAuroc).length > 0)
  return html`<div class="scroll"><table class="meters"><thead><tr><th scope="col">Token AUROC</th>${kinds.map(
    (kind) => html`<th scope="col" class="number">${kind}</th>`,
  )}</tr></thead><tbody>${withTokens.map(
    ({ name, flawAuroc }) =>
      html`<tr><th scope="row" class="name">${name}</th>${kinds.map((kind) => meter(flawAuroc[kind] ?? null, 1, 2))}</tr>`,
  )}</tbody></table></div>`
}

/** Mean number of flaws of each kind per response, mean length, and share that ended with EOS. */
export function flawTable(record: ResultRecord): Markup | null {
  const rows: Responses[] = [record.reference, ...record.arms]
  const kinds = [...new Set(rows.flatMap(({ flaws }) => Object.keys(flaws)))]
  const withLength = rows.some(({ length }) => length !== null)
  if (kinds.length === 0 && !withLength) return null
  const maxOf = (kind: string) => Math.max(...rows.map(({ flaws }) => flaws[kind] ?? 0))
  const maxLength = Math.max(...rows.map(({ length }) => length ?? 0))
  return html`<div class="scroll"><table class="meters flaws"><thead><tr><th scope="col">Arm</th>${kinds.map(
    (kind) => html`<th scope="col" class="number">${kind}</th>`,
  )}<th scope="col" class="number">Length, tokens</th><th scope="col" class="number">Ended (EOS)</th></tr></thead><tbody>${rows.map(
    (row, i) =>
      html`<tr class="${seriesClass(i)}"><th scope="row" class="name"><span class="arm">${swatch(i)}${row.name}</span></th>${kinds.map(
        (kind) => meter(row.flaws[kind] ?? null, maxOf(kind), 2),
      )}${meter(row.length, maxLength, 1)}${meter(row.ended ?? null, 1, 2)}</tr>`,
  )}</tbody></table></div>`
}
