/** The experiment's report: a self-contained HTML page without scripts that also prints well. */
import type { ResultRecord } from '../../contract/report.ts'
import { contrastTable, editCurveTable } from './contrasts.ts'
import { curveFigures, frontierFigures, progressFigures } from './figures.ts'
import { heatMaps } from './heat-map.ts'
import { html, type Markup } from './markup.ts'
import { duration } from './numbers.ts'
import { bullets, pageHtml, type Section, section, sectionsMarkup } from './page.ts'
import { armWarnings, findings, headline, headToHeadWarnings, promptsOf } from './sentences.ts'
import { seriesClass } from './series.ts'
import {
  flawAurocTable,
  flawTable,
  headToHeadTable,
  rewardModelTable,
  seriesOf,
  winRateTable,
} from './tables.ts'
import { tuningTable } from './tuning.ts'

function winRates(record: ResultRecord): Markup | null {
  if (record.arms.length === 0) return null
  const { judge, reference, seeds } = record
  const counted =
    seeds.length === 1
      ? 'p is the exact sign test; the next column corrects it for the number of arms (Holm).'
      : `Won, tied and lost count pairs: each prompt is judged once for each of ${seeds.length} seeds. The interval is over prompts and seeds; p is the exact sign test over prompts, each counted by its mean over seeds, and the next column corrects it for the number of arms (Holm).`
  return html`<p class="about">Share of held-out prompts on which the arm's response is better than the ${reference.name}'s; a tie counts one half. ${judge.description} Intervals are 95% bootstrap intervals over prompts; a hollow marker means that the interval includes 50%. ${counted}</p>${winRateTable(record)}`
}

function headToHead(record: ResultRecord): Markup | null {
  const table = headToHeadTable(record)
  const warnings = headToHeadWarnings(record)
  return (
    table &&
    html`<p class="about">Win rate of the row over the column, with its 95% interval and the sign test's p-value, which Holm's method corrects for the number of pairs of arms (in the reference's row and column: of arms). Blue is above 50%, orange below.</p>${table}${
      warnings.length === 0
        ? null
        : html`<details><summary>Limits of these figures</summary>${bullets(warnings)}</details>`
    }`
  )
}

function rewardModels(record: ResultRecord): Markup | null {
  const table = rewardModelTable(record)
  const flaws = flawAurocTable(record)
  return (
    table &&
    html`<p class="about">Rank correlation is Spearman's correlation between the scores of the reference's responses and the truth.</p>${table}${
      flaws === null
        ? null
        : html`<p class="about">By kind of flaw: how often a token with the flaw has a lower reward than a token without flaws.</p>${flaws}`
    }`
  )
}

function tokenRewards({ tokenRewards: texts }: ResultRecord): Markup | null {
  if (texts.length === 0) return null
  const byModel = Map.groupBy(texts, ({ rewardModel }) => rewardModel)
  return html`<p class="about">Tokens of held-out edits, coloured by reward; hover over a token for the number.</p>${[
    ...byModel,
  ].map(([model, own]) => heatMaps(model, own))}`
}

function verdictWords(preference: number | null): string {
  if (preference === null) return ''
  if (preference === 0.5) return 'tie'
  return preference > 0.5 ? 'better' : 'worse'
}

function samples(record: ResultRecord): Markup | null {
  if (record.samples.length === 0) return null
  return html`<p class="about">Each response with the judge's verdict against the ${record.reference.name}.</p>${record.samples.map(
    ({ prompt, reference, outputs }) =>
      html`<div class="prompted"><p class="prompt">${prompt}</p><div class="outputs"><div class="output series-0"><h4>${record.reference.name}</h4><p class="text">${reference}</p></div>${outputs.map(
        ({ arm, text, preference }) =>
          html`<div class="output ${seriesClass(seriesOf(record, arm))}"><h4>${arm}<em>${verdictWords(preference)}</em></h4><p class="text">${text}</p></div>`,
      )}</div></div>`,
  )}`
}

function ledger(title: string, rows: Markup[]): Markup | null {
  return rows.length === 0
    ? null
    : html`<div><h3>${title}</h3><div class="scroll"><table><tbody>${rows}</tbody></table></div></div>`
}

function provenance(record: ResultRecord): Markup {
  const { stages, versions, data, settings, notes, seeds, runtime } = record
  const slowest = Math.max(0, ...stages.map(({ seconds }) => seconds))
  return html`<div class="ledger">${ledger(
    'Time',
    stages.map(
      ({ name, seconds }) =>
        html`<tr><th scope="row">${name}</th><td class="number meter"><span>${duration(seconds)}</span><i style="width:${(slowest === 0 ? 0 : (100 * seconds) / slowest).toFixed(1)}%"></i></td></tr>`,
    ),
  )}${ledger('Versions', [
    html`<tr><th scope="row">runtime</th><td>${runtime.name}, ${runtime.device}</td></tr>`,
    ...Object.entries(versions).map(
      ([name, version]) => html`<tr><th scope="row">${name}</th><td>${version}</td></tr>`,
    ),
    html`<tr><th scope="row">seeds</th><td>${seeds.join(', ')}</td></tr>`,
  ])}</div>${ledger(
    'Data',
    data.map(
      ({ name, rows, sha256 }) =>
        html`<tr><th scope="row">${name}</th><td class="number">${rows} rows</td><td class="hash">${sha256}</td></tr>`,
    ),
  )}<details><summary>All settings</summary><pre>${JSON.stringify(settings, null, 2)}</pre></details>${
    notes.length === 0 ? null : html`<h3>Notes</h3>${bullets(notes)}`
  }`
}

function header(record: ResultRecord, sections: readonly Section[]): Markup {
  const { project, createdAt, caveat, judge, seeds, stages, arms, runtime } = record
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0)
  const facts: [string, string][] = [
    ['Created', `${createdAt.slice(0, 16).replace('T', ' ')} UTC`],
    ['Judge', judge.name],
    ['Prompts', [...new Set(arms.map((arm) => promptsOf(record, arm)))].join(', ')],
    [seeds.length === 1 ? 'Seed' : 'Seeds', seeds.join(', ')],
    ['Time', duration(seconds)],
    ['Runtime', `${runtime.name}, ${runtime.device}`],
  ]
  const [first = null, ...others] = findings(record)
  const warnings = armWarnings(record)
  return html`<header><p class="eyebrow"><b>Stet</b> · ${project}</p>${
    caveat === null ? null : html`<p class="caveat">${caveat}</p>`
  }<h1>${headline(record)}</h1><p class="finding">${first}</p>${
    others.length === 0
      ? null
      : html`<p class="about">Head to head:</p><div class="about">${bullets(others)}</div>`
  }<dl class="facts">${facts.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl><nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</nav></header>${
    warnings.length === 0
      ? null
      : html`<div class="warnings" role="note"><b>Before relying on these figures</b>${bullets(warnings)}</div>`
  }`
}

/** The whole page. Text from the record is always shown as text, never as markup. */
export function reportHtml(record: ResultRecord): string {
  const sections = [
    ...section('win-rates', 'Win rate against the reference', winRates(record)),
    ...section('head-to-head', 'Head to head', headToHead(record)),
    ...section('contrasts', 'Differences between arms', contrastTable(record)),
    ...section('edits', 'Win rate by the number of edits', editCurveTable(record)),
    ...section('frontier', 'Arms at an equal KL', frontierFigures(record)),
    ...section('progress', 'Win rate during training', progressFigures(record)),
    ...section('flaws', 'Flaws and length of the responses', flawTable(record)),
    ...section('reward-models', 'Reward models', rewardModels(record)),
    ...section('token-rewards', 'Token rewards', tokenRewards(record)),
    ...section('samples', 'Samples', samples(record)),
    ...section('curves', 'Training curves', curveFigures(record)),
    ...section('tuning', 'Settings tried', tuningTable(record)),
    ...section('made', 'How this was produced', provenance(record)),
  ]
  const markup = html`${header(record, sections)}${sectionsMarkup(sections)}`
  return pageHtml(`${record.project}: ${headline(record)}`, markup)
}
