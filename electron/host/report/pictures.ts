/** The figures of a project's results as separate files: evaluations, ratings, and the newest experiment. */
import type { EvaluationRecord, Rating } from '../../contract/judge.ts'
import type { ResultRecord, WinRateSummary } from '../../contract/report.ts'
import { frontierChart, progressCharts } from './figures.ts'
import { fixed } from './numbers.ts'
import { linePicture, type Picture, type Row, rowsPicture } from './picture.ts'
import { frontierKeys } from './sentences.ts'
import { seriesOf } from './tables.ts'

export interface Results {
  evaluations: readonly EvaluationRecord[]
  ratings: readonly Rating[]
  experiment: ResultRecord | null
}

/** Only figures that have something to show. */
export function picturesOf({ evaluations, ratings, experiment }: Results): Picture[] {
  const pictures = [
    evaluationsPicture(evaluations, ratings),
    ratingsPicture(ratings),
    ...(experiment === null ? [] : experimentPictures(experiment)),
  ]
  return pictures.filter((picture) => picture !== null)
}

const withInterval = (value: number, { low, high }: { low: number; high: number }, digits: number) =>
  `${fixed(value, digits)} (${fixed(low, digits)} – ${fixed(high, digits)})`

/** Sorted by the candidates' rating, then by win rate; checks of a judge are left out, as they do not compare models. */
function evaluationsPicture(
  evaluations: readonly EvaluationRecord[],
  ratings: readonly Rating[],
): Picture | null {
  const ratingOf = new Map(ratings.map(({ model, rating }) => [model, rating]))
  const rows = evaluations
    .flatMap(({ kind, name, judge, candidate, summary }) => {
      if (summary === null || kind === 'judge-check') return []
      const { winRate: value, interval } = summary
      const named = withoutFolders(judge ? `${name}, ${judge}` : name)
      const row = { name: named, value, interval, series: 1 }
      const rating = ratingOf.get(candidate ?? '') ?? 0
      return [{ ...row, rating, text: withInterval(value, interval, 1) }]
    })
    .sort((a, b) => b.rating - a.rating || b.value - a.value)
  const note =
    ratings.length > 0
      ? "Win rate with 95% interval, sorted by the candidate's rating."
      : 'Win rate with 95% interval.'
  return rowsPicture({ name: 'evaluations', title: 'Evaluations', note, rows })
}

/** The win rates of the candidates of a round, in their order. */
export function roundPicture(
  reference: string,
  rows: readonly { candidate: string; summary: Pick<WinRateSummary, 'winRate' | 'interval'> }[],
): Picture[] {
  const title = `Win rate against ${reference}`
  const note = 'A tie counts one half; 95% intervals, with a hollow marker if they include 50%.'
  const drawn = rows.map(({ candidate, summary: { winRate: value, interval } }, i) => ({
    name: withoutFolders(candidate),
    value,
    interval,
    text: withInterval(value, interval, 1),
    series: i + 1,
  }))
  const picture = rowsPicture({ name: 'win-rates', title, note, rows: drawn })
  return picture === null ? [] : [picture]
}

/** A side that is a file is named by its path. */
function withoutFolders(name: string): string {
  return name.replace(/\S*[/\\](?=[^\s/\\])/g, '')
}

function ratingsPicture(ratings: readonly Rating[]): Picture | null {
  const rows = ratings.map(({ model, rating, low, high }) => {
    const interval = { low, high }
    return {
      name: withoutFolders(model),
      value: rating,
      interval,
      series: 1,
      text: withInterval(rating, interval, 0),
    }
  })
  const note = "Bradley–Terry ratings on Elo's scale with 95% intervals; the average model has 1000."
  const scale = { baseline: 1000, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, unit: '' }
  return rowsPicture({ name: 'ratings', title: 'Ratings', note, rows, scale })
}

function experimentPictures(record: ResultRecord): (Picture | null)[] {
  return [
    rewardModelsPicture(record),
    winRatesPicture(record),
    ...[...progressCharts(record), ...frontierKeys.flatMap((key) => frontierChart(record, key) ?? [])].map(
      ({ name, title, meaning, chart }) => linePicture(name, title, meaning, chart),
    ),
  ]
}

function rewardModelsPicture(record: ResultRecord): Picture | null {
  const rows = record.rewardModels.flatMap(({ name, pairwiseAccuracy, tokenAuroc }) => {
    const row = (measure: string, value: number): Row => ({
      name: `${name}, ${measure}`,
      value,
      text: fixed(value, 3),
      interval: null,
      series: Math.max(0, seriesOf(record, name)),
    })
    return [
      row('pairwise accuracy', pairwiseAccuracy),
      ...(tokenAuroc === null ? [] : [row('token AUROC', tokenAuroc)]),
    ]
  })
  const note = 'On held-out pairs; chance is 0.5.'
  const scale = { baseline: 0.5, min: 0, max: 1, unit: '' }
  return rowsPicture({ name: 'reward-models', title: 'Reward models', note, rows, scale })
}

function winRatesPicture(record: ResultRecord): Picture | null {
  const rows = [...record.arms]
    .sort((a, b) => b.winRate - a.winRate)
    .map(({ name, winRate: value, interval }) => ({
      name,
      value,
      interval,
      text: withInterval(value, interval, 1),
      series: seriesOf(record, name),
    }))
  const title = `Win rate against the ${record.reference.name}`
  const note = 'A tie counts one half; 95% intervals, with a hollow marker if they include 50%.'
  return rowsPicture({ name: 'win-rates', title, note, rows })
}
