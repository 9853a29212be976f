/** The report's line charts: win rates during training and against KL, and the training curves. */
import { metrics } from '../../contract/metrics.ts'
import type { Frontier, ResultRecord } from '../../contract/report.ts'
import { type LineChart, lineChart, type Series, thin } from './line-chart.ts'
import { html, type Markup } from './markup.ts'
import { compact, fixed, signed } from './numbers.ts'
import { type FrontierKey, frontierFindings, frontierKeys } from './sentences.ts'
import { swatch } from './series.ts'
import { seriesOf } from './tables.ts'

/** Curves shown at first; the others are collapsed. */
const leadingMetrics = [
  'objective/scores',
  'objective/kl',
  'response/length',
  'response/eos_rate',
  'response/repetition',
  'objective/entropy',
]
const maxTableRows = 24

function legend(record: ResultRecord, shown: readonly { arm: string }[]): Markup {
  const arms = record.arms.filter(({ name }) => shown.some(({ arm }) => arm === name))
  return html`<ul class="legend">${arms.map(({ name }) => html`<li>${swatch(seriesOf(record, name))}${name}</li>`)}</ul>`
}

/** The numbers behind a line chart, thinned to a few rows. */
function chartData(head: string, lines: readonly Series[]): Markup {
  const every = Math.max(1, Math.ceil(Math.max(...lines.map(({ points }) => points.length)) / maxTableRows))
  return html`<details><summary>Numbers</summary><div class="scroll"><table><thead><tr><th scope="col">Arm</th><th scope="col" class="number">${head}</th><th scope="col" class="number">Value</th></tr></thead><tbody>${lines.flatMap(
    ({ name, points }) =>
      thin(points)
        .filter((_, i, kept) => i % every === 0 || i === kept.length - 1)
        .map(
          ({ x, y }) =>
            html`<tr><td>${name}</td><td class="number">${compact(x)}</td><td class="number">${compact(y)}</td></tr>`,
        ),
  )}</tbody></table></div></details>`
}

function lineFigure({ title, meaning, chart }: Omit<NamedChart, 'name'>): Markup[] {
  const drawn = lineChart(chart)
  if (drawn === null) return []
  return [
    html`<figure><figcaption>${title}<small>${meaning}</small></figcaption>${drawn}${chartData(chart.xLabel, chart.lines)}</figure>`,
  ]
}

/** A line chart with its title and meaning. */
export interface NamedChart {
  /** File name, without extension. */
  name: string
  title: string
  meaning: string
  chart: LineChart
}

const winRateChart = {
  width: 520,
  height: 300,
  yLabel: '% against the reference',
  baseline: 50,
  marked: true,
}
const klLabel = 'KL from the reference, nats per response'

/** Win rates of checkpoints, over steps and over KL. */
export function progressCharts(record: ResultRecord): NamedChart[] {
  const lines = record.winRateOverSteps.map(({ arm, points }) => ({
    name: arm,
    series: seriesOf(record, arm),
    points,
  }))
  return [
    {
      name: 'over-steps',
      title: 'Win rate over training steps',
      meaning: 'Checkpoints judged during training: mean over seeds, with minimum and maximum.',
      chart: {
        ...winRateChart,
        xLabel: 'step',
        description:
          'Win rate of each arm against training steps. The numbers are in the table below the figure.',
        lines: lines.map(({ points, ...line }) => ({
          ...line,
          points: points.map(({ step, winRate, interval }) => ({ x: step, y: winRate, ...interval })),
        })),
      },
    },
    {
      name: 'against-kl',
      title: 'Win rate against KL',
      meaning: 'The same checkpoints by their distance from the reference.',
      chart: {
        ...winRateChart,
        xLabel: klLabel,
        description:
          'Win rate of each arm against its KL from the reference. The numbers are in the table below the figure.',
        lines: lines.map(({ points, ...line }) => ({
          ...line,
          points: points.flatMap(({ kl, winRate }) => (kl === null ? [] : [{ x: kl, y: winRate }])),
        })),
      },
    },
    {
      name: 'over-optimisation',
      title: 'Reward against KL',
      meaning:
        'What the same checkpoints were trained on. Where it rises while the win rate falls, the policy exploits its reward model (Gao et al. 2023).',
      chart: {
        ...winRateChart,
        yLabel: 'normalised reward',
        baseline: 0,
        xLabel: klLabel,
        description:
          'Reward of each arm against its KL from the reference. The numbers are in the table below the figure.',
        lines: lines.map(({ points, ...line }) => ({
          ...line,
          points: points.flatMap(({ kl, score }) =>
            kl === null || score == null ? [] : [{ x: kl, y: score }],
          ),
        })),
      },
    },
  ]
}

/** Null if no checkpoint was judged during training. */
export function progressFigures(record: ResultRecord): Markup | null {
  const figures = progressCharts(record).flatMap(lineFigure)
  return figures.length === 0
    ? null
    : html`${legend(record, record.winRateOverSteps)}<div class="pair">${figures}</div>`
}

function metricMeaning(metric: string): string {
  return metric in metrics ? metrics[metric as keyof typeof metrics].meaning : ''
}

function metricFigure(record: ResultRecord, metric: string): Markup[] {
  const lines = record.curves
    .filter((curve) => curve.metric === metric)
    .map(({ arm, points }) => ({
      name: arm,
      series: seriesOf(record, arm),
      points: points.map(([x, y]) => ({ x, y })),
    }))
  const description = `${metric} of each arm against training steps. The numbers are in the table below the figure.`
  const chart = { width: 330, height: 200, xLabel: 'step', yLabel: '', description, lines }
  return lineFigure({ title: metric, meaning: metricMeaning(metric), chart })
}

/** From where the arms of a comparison along the KL started. */
const starts = {
  frontier: { name: 'frontier', policy: 'the reference', xLabel: klLabel },
  sftFrontier: { name: 'frontier-sft', policy: 'sft-edited', xLabel: 'KL from sft-edited (nats)' },
} satisfies Record<FrontierKey, { name: string; policy: string; xLabel: string }>

/** Every arm of a start at every strength of the KL penalty; null if only one was run. */
export function frontierChart(record: ResultRecord, key: FrontierKey): NamedChart | null {
  const frontier = record[key] ?? null
  if (frontier === null) return null
  const { name: file, policy, xLabel } = starts[key]
  const lines = frontier.winRates.map(({ arm: name }) => ({
    name,
    series: seriesOf(record, name),
    points: frontier.points
      .filter(({ arm }) => arm === name)
      .sort((a, b) => a.kl - b.kl)
      .map(({ kl, winRate, interval }) => ({ x: kl, y: winRate, ...interval })),
  }))
  return {
    name: file,
    title: `Win rate against KL from ${policy}, one run per penalty`,
    meaning: 'Bands are 95% intervals over prompts and seeds.',
    chart: {
      ...winRateChart,
      xLabel,
      description: 'Win rate of each arm against its KL, one marker for each strength of the penalty.',
      lines,
    },
  }
}

/** Those charts, with the arms' win rates and differences at equal KLs; null if only one penalty was run. */
export function frontierFigures(record: ResultRecord): Markup | null {
  const figures = frontierKeys.flatMap((key) => frontierFigure(record, key) ?? [])
  if (figures.length === 0) return null
  return html`<p class="about">A policy can raise its win rate by moving further from where it started, so arms are compared over the range of KLs that all arms of that start cover.</p>${figures}`
}

function frontierFigure(record: ResultRecord, key: FrontierKey): Markup | null {
  const frontier = record[key] ?? null
  const named = frontierChart(record, key)
  if (frontier === null || named === null) return null
  const { winRates } = frontier
  const rows = winRates.map(
    ({ arm, value, interval }) =>
      html`<tr><th scope="row" class="name"><span class="arm">${swatch(seriesOf(record, arm))}${arm}</span></th><td class="number strong">${fixed(value, 1)}</td><td class="number quiet">${fixed(interval.low, 1)} – ${fixed(interval.high, 1)}</td></tr>`,
  )
  const table = html`<div class="scroll"><table><thead><tr><th scope="col">Arm, over these KLs</th><th scope="col" class="number">Win rate</th><th scope="col" class="number">95% interval</th></tr></thead><tbody>${rows}</tbody></table></div>`
  const findings = html`<ul class="notes">${frontierFindings(record, key).map((sentence) => html`<li>${sentence}</li>`)}</ul>`
  return html`${legend(record, winRates)}<div class="pair">${lineFigure(named)}<div>${table}${differencesAtKls(frontier)}${findings}</div></div>`
}

function differencesAtKls({ differencesAt }: Frontier): Markup {
  const [first] = differencesAt
  const rows = first?.differences.map(({ arm, opponent }, i) => {
    const cells = differencesAt.map(({ differences }) => {
      const { value, interval } = differences[i]!
      return html`<td class="number">${signed(value, 1)} <span class="quiet">${signed(interval.low, 1)} to ${signed(interval.high, 1)}</span></td>`
    })
    return html`<tr><th scope="row" class="name">${arm} − ${opponent}</th>${cells}</tr>`
  })
  const heads = differencesAt.map(
    ({ kl }) => html`<th scope="col" class="number">at ${fixed(kl, 1)} nats</th>`,
  )
  return html`<div class="scroll"><table><thead><tr><th scope="col">Difference in points of win rate</th>${heads}</tr></thead><tbody>${rows ?? []}</tbody></table></div>`
}

/** Every logged metric over steps, the leading ones first; null if none was logged. */
export function curveFigures(record: ResultRecord): Markup | null {
  const logged = [...new Set(record.curves.map(({ metric }) => metric))]
  if (logged.length === 0) return null
  const leading = leadingMetrics.filter((metric) => logged.includes(metric))
  const shown = leading.length > 0 ? leading : logged.slice(0, 6)
  const rest = logged.filter((metric) => !shown.includes(metric))
  const grid = (keys: string[]) =>
    html`<div class="many">${keys.flatMap((metric) => metricFigure(record, metric))}</div>`
  const more = html`<details><summary>${rest.length} more curves</summary>${grid(rest)}</details>`
  return html`${legend(record, record.curves)}${grid(shown)}${rest.length > 0 ? more : null}`
}
