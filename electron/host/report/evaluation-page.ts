/** One evaluation as a page to give away: the sentence, win rates, differences, subsets, judges, and some of its pairs. */
import type { EvaluationRecord, Round } from '../../contract/judge.ts'
import type { WinRateSubset, WinRateSummary } from '../../contract/report.ts'
import {
  claimedInterval,
  isDistinguished,
  recordSentence,
  shortName,
  sidesOf,
} from '../../contract/result-sentence.ts'
import { correctedSentence, sessionSentences } from '../../contract/summary-sentences.ts'
import { tint } from './heat-map.ts'
import { intervalAxis, intervalBar, intervalScale } from './interval-bar.ts'
import { html, type Markup } from './markup.ts'
import { fixed, pWords, signed } from './numbers.ts'
import { bullets, pageHtml, section, sectionsMarkup } from './page.ts'
import { seriesClass, swatch } from './series.ts'

/** What the page shows of a pair. */
export interface SharedPair {
  outcome: 'win' | 'tie' | 'loss'
  /** The last message of the prompt, with its context. */
  prompt: string
  outputA: string
  outputB: string
}

export interface SharedEvaluation {
  project: string
  record: EvaluationRecord & { summary: WinRateSummary }
  round: Round
  subsets: readonly WinRateSubset[]
  /** Empty if there are no subsets. */
  caution: string
  agreement: readonly { judge: string; n: number; agreement: number; kappa: number | null }[]
  pairs: readonly SharedPair[]
}

interface RateRow {
  name: string
  summary: WinRateSummary
}

const words = { win: 'won', tie: 'tied', loss: 'lost' } as const

/** Text of models and people is shown as text, never as markup. */
export function evaluationHtml(shared: SharedEvaluation): string {
  const sections = [
    ...section('win-rates', `Win rate against ${sidesOf(shared.record).reference}`, rates(shared)),
    ...section('differences', 'Differences between candidates', differences(shared)),
    ...section('subsets', 'By subset', subsets(shared)),
    ...section('judges', 'Agreement with other judges', judges(shared)),
    ...section('limits', 'Limits of these figures', limits(shared)),
    ...section('pairs', 'Some of the pairs', pairs(shared)),
  ]
  const title = sentenceOf(shared)
    .map(({ text }) => text)
    .join('')
  return pageHtml(title, html`${header(shared)}${sectionsMarkup(sections)}`)
}

function sentenceOf({ record, round }: SharedEvaluation) {
  return recordSentence(record, round)
}

function header(shared: SharedEvaluation): Markup {
  const { project, record } = shared
  const { summary, judge, createdAt } = record
  const { n, prompts = n, inconsistency, smallestDetectableDifference } = summary
  const facts: [string, string][] = [
    ['Judge', judge ?? 'not recorded'],
    ['Prompts', String(prompts)],
    ['Judged', `${createdAt.slice(0, 16).replace('T', ' ')} UTC`],
    ...(smallestDetectableDifference === null
      ? []
      : [
          ['Smallest detectable difference', `${fixed(smallestDetectableDifference, 1)} points`] as [
            string,
            string,
          ],
        ]),
    ...(inconsistency === null
      ? []
      : [['Flips when swapped', `${fixed(100 * inconsistency, 1)}%`] as [string, string]]),
  ]
  return html`<header><p class="eyebrow"><b>Stet</b> · ${project}</p><h1>${sentenceOf(shared).map(
    ({ text, isFigure }) => (isFigure ? html`<b>${text}</b>` : html`${text}`),
  )}</h1><dl class="facts">${facts.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl></header>`
}

/** The evaluation alone if it is not one of several candidates. */
function rowsOf({ record, round }: SharedEvaluation): RateRow[] {
  if (round.rows.length === 0)
    return [
      { name: sidesOf(record).candidate, summary: { ...record.summary, interval: claimedInterval(record) } },
    ]
  return round.rows.map(({ candidate, summary }) => ({ name: shortName(candidate), summary }))
}

function rates(shared: SharedEvaluation): Markup {
  const rows = rowsOf(shared)
  const axis = intervalScale(
    rows.map(({ summary }) => ({ value: summary.winRate, interval: summary.interval })),
  )
  return html`<p class="about">Share of pairs in which the candidate's response is better; a tie counts one half. Intervals are 95% bootstrap intervals over prompts; a hollow marker means that the interval includes 50%.${
    rows.length > 1
      ? ' They are not corrected for the number of candidates; the sentence at the top says that a candidate beats or loses only if its p-value, so corrected (Holm), is below 5%.'
      : ''
  }</p><div class="scroll"><table class="rates"><thead><tr><th scope="col">Candidate</th><th scope="col" class="plot"><span class="unseen">Win rate with interval</span>${intervalAxis(axis)}</th><th scope="col" class="number">Win rate</th><th scope="col" class="number">95% interval</th><th scope="col" class="number">Won / tied / lost</th><th scope="col" class="number">Sign test</th><th scope="col" class="number">At equal<br>length</th></tr></thead><tbody>${rows.map(
    ({ name, summary }, i) => {
      const { winRate, interval, wins, ties, losses, signTestP, lengthControlledWinRate: equal } = summary
      return html`<tr><th scope="row" class="name"><span class="arm">${swatch(i + 1)}${name}</span></th><td class="plot">${intervalBar(summary, axis, i + 1)}</td><td class="number strong">${fixed(winRate, 1)}%</td><td class="number quiet">${fixed(interval.low, 1)} to ${fixed(interval.high, 1)}</td><td class="number">${wins} / ${ties} / ${losses}</td><td class="number">${pWords(signTestP)}</td><td class="number">${equal === null ? '–' : `${fixed(equal, 1)}%`}</td></tr>`
    },
  )}</tbody></table></div>`
}

function differences({ round }: SharedEvaluation): Markup | null {
  if (round.differences.length === 0) return null
  const names = [...new Set(round.differences.map(({ candidate }) => candidate))]
  const cell = (candidate: string, opponent: string) => {
    const found = round.differences.find((each) => each.candidate === candidate && each.opponent === opponent)
    if (!found) return html`<td class="number none">·</td>`
    const { side, strength } = tint(isDistinguished(found.interval, 0) ? found.value : 0, 25)
    return html`<td class="number game ${side}" style="--strength:${strength}">${signed(found.value, 1)}<small>${signed(found.interval.low, 1)} to ${signed(found.interval.high, 1)}</small></td>`
  }
  return html`<p class="about">Points of win rate by which the row exceeds the column, paired by prompt, with 95% intervals; tinted where the interval leaves out zero.</p><div class="scroll"><table class="games"><thead><tr><th scope="col">Row over column, points</th>${names.map(
    (name) => html`<th scope="col" class="number">${shortName(name)}</th>`,
  )}</tr></thead><tbody>${names.map(
    (name) =>
      html`<tr><th scope="row" class="name">${shortName(name)}</th>${names.map((opponent) => cell(name, opponent))}</tr>`,
  )}</tbody></table></div>`
}

function subsets({ subsets: own, caution, record }: SharedEvaluation): Markup | null {
  if (own.length === 0) return null
  const axis = intervalScale(own.map(({ winRate, interval }) => ({ value: winRate, interval })))
  return html`<p class="about">${caution}</p><div class="scroll"><table class="rates"><thead><tr><th scope="col">Subset</th><th scope="col" class="plot"><span class="unseen">Win rate with interval</span>${intervalAxis(axis)}</th><th scope="col" class="number">Win rate of ${sidesOf(record).candidate}</th><th scope="col" class="number">95% interval</th><th scope="col" class="number">Pairs</th></tr></thead><tbody>${own.map(
    (subset) =>
      html`<tr><th scope="row" class="name">${subset.value}<small>${subset.field}</small></th><td class="plot">${intervalBar(subset, axis, 1)}</td><td class="number strong">${fixed(subset.winRate, 1)}%</td><td class="number quiet">${fixed(subset.interval.low, 1)} to ${fixed(subset.interval.high, 1)}</td><td class="number">${subset.n}</td></tr>`,
  )}</tbody></table></div>`
}

function judges({ agreement }: SharedEvaluation): Markup | null {
  if (agreement.length === 0) return null
  return html`<p class="about">How often another judge gives the same verdict on the same pair, and Cohen's kappa, which leaves out agreement by chance.</p><div class="scroll"><table><thead><tr><th scope="col">Judge</th><th scope="col" class="number">Same verdict</th><th scope="col" class="number">Cohen's kappa</th><th scope="col" class="number">Pairs</th></tr></thead><tbody>${agreement.map(
    ({ judge, n, agreement: share, kappa }) =>
      html`<tr><th scope="row" class="name">${judge}</th><td class="number">${Math.round(100 * share)}%</td><td class="number">${kappa === null ? '–' : fixed(kappa, 2)}</td><td class="number">${n}</td></tr>`,
  )}</tbody></table></div>`
}

function limits({ record: { summary, corrected, session } }: SharedEvaluation): Markup | null {
  const sentences = [
    ...summary.warnings,
    ...(corrected === null ? [] : [correctedSentence(corrected)]),
    ...(session === null ? [] : sessionSentences(session)),
  ]
  return sentences.length === 0 ? null : bullets(sentences)
}

function pairs({ pairs: own, record }: SharedEvaluation): Markup | null {
  if (own.length === 0) return null
  const { candidate, reference } = sidesOf(record)
  return html`<p class="about">The first pairs of each outcome, in the order of the prompts.</p>${own.map(
    ({ outcome, prompt, outputA, outputB }) =>
      html`<div class="prompted"><p class="prompt">${prompt}</p><div class="outputs"><div class="output ${seriesClass(1)}"><h4>${candidate}<em>${words[outcome]}</em></h4><p class="text">${outputB}</p></div><div class="output series-0"><h4>${reference}</h4><p class="text">${outputA}</p></div></div></div>`,
  )}`
}
