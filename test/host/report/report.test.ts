import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ResultRecord } from '../../../electron/contract/report.ts'
import { intervalBar, intervalScale } from '../../../electron/host/report/interval-bar.ts'
import { lineChart, thin } from '../../../electron/host/report/line-chart.ts'
import { reportMarkdown } from '../../../electron/host/report/markdown.ts'
import { escapeText, html } from '../../../electron/host/report/markup.ts'
import { compact, duration, niceTicks, scale, signed } from '../../../electron/host/report/numbers.ts'
import { reportHtml } from '../../../electron/host/report/report.ts'
import { armWarnings, comparison, findings, headline } from '../../../electron/host/report/sentences.ts'
import { inventedResult } from './invented-result.ts'

const emptyResult: ResultRecord = {
  ...inventedResult,
  arms: [],
  headToHead: [],
  curves: [],
  winRateOverSteps: [],
  samples: [],
  tokenRewards: [],
  rewardModels: [],
  data: [],
  stages: [],
  notes: [],
  versions: {},
  settings: {},
  reference: { name: 'reference', description: '', length: null, flaws: {} },
  frontier: null,
}

const TAG = /<(\/?)([a-z0-9]+)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)(\/?)>/g
const TAGS_IN_USE = new Set(
  'a article b body br circle code details div dl dd dt em figcaption figure footer g h1 h2 h3 h4 head header html i li line main meta nav p path pre rect section small span style summary svg table tbody td text th thead title tr ul'.split(
    ' ',
  ),
)

/** Every tag of a page, style sheet left out; anything like markup that is not a plain, known tag fails. */
function tagsOf(page: string): { name: string; closes: boolean; whole: boolean; attributes: string }[] {
  const body = page.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '')
  assert.ok(!/[<>]/.test(body.replaceAll(TAG, '')), 'a stray angle bracket')
  return [...body.matchAll(TAG)].map(([, closing, name, attributes, ending]) => {
    assert.ok(TAGS_IN_USE.has(name!), `<${name}> is not a tag that reports use`)
    return { name: name!, closes: closing === '/', whole: ending === '/', attributes: attributes! }
  })
}

function assertWellFormed(page: string): void {
  const open: string[] = []
  for (const { name, closes, whole } of tagsOf(page)) {
    if (closes) assert.equal(open.pop(), name)
    else if (!whole && name !== 'meta' && name !== 'br') open.push(name)
  }
  assert.deepEqual(open, [])
}

const KEYED_BY_NAMES = new Set(['versions', 'flaws', 'flawAuroc', 'settings'])

/** The record with `text` added to every string in it, names that are keys included. */
function infect<T>(value: T, text: string): T
function infect(value: unknown, text: string): unknown {
  if (typeof value === 'string') return value + text
  if (Array.isArray(value)) return value.map((each) => infect(each, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key === 'side' || key === 'createdAt') return [key, each]
      if (!KEYED_BY_NAMES.has(key)) return [key, infect(each, text)]
      return [
        key,
        Object.fromEntries(Object.entries(each).map(([name, member]) => [name + text, infect(member, text)])),
      ]
    }),
  )
}

test('the invented result is a valid record, and stays the same through JSON', () => {
  assert.deepEqual(ResultRecord.parse(JSON.parse(JSON.stringify(inventedResult))), inventedResult)
})

test('the page is well formed, loads nothing, runs nothing and forbids both', () => {
  const page = reportHtml(inventedResult)
  assertWellFormed(page)
  assert.doesNotMatch(page, /https?:|url\(|@import|<script|\bsrc=|javascript:/)
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/)
})

test('every figure has a text alternative, or is hidden next to a table with the same content', () => {
  const figures = tagsOf(reportHtml(inventedResult)).filter(({ name, closes }) => name === 'svg' && !closes)
  assert.ok(figures.length > 20)
  for (const { attributes } of figures) {
    assert.match(attributes, /aria-hidden="true"|role="img" aria-label="[^"]{10,}"/)
  }
})

test('the page shows the figures of the record', () => {
  const page = reportHtml(inventedResult)
  for (const { name, winRate, interval, kl } of inventedResult.arms) {
    assert.ok(page.includes(name))
    assert.ok(page.includes(`>${winRate.toFixed(1)}<`))
    assert.ok(page.includes(`${interval.low.toFixed(1)} – ${interval.high.toFixed(1)}`))
    assert.ok(page.includes(`>${kl!.toFixed(2)}<`))
  }
  for (const { sha256 } of inventedResult.data) assert.ok(page.includes(sha256))
  assert.ok(page.includes('>0.861<'), 'the token AUROC')
  assert.ok(page.includes('class="token below struck"') && page.includes('class="token above added"'))
})

const hostile = [
  '</style></title><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '<!-- ',
  '--> ]]> &lt;b&gt; &amp;',
  '\u0000\u0007\u001b[31m\u007f\u009f',
  '\ud800',
]

test('hostile text in every field of the record stays text', () => {
  for (const text of hostile) {
    const page = reportHtml(infect({ ...inventedResult, caveat: 'caveat' }, text))
    assertWellFormed(page)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    assert.doesNotMatch(page, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    assert.ok(page.isWellFormed())
  }
})

test('any text is shown in full once unescaped, except control characters and half surrogate pairs', () => {
  const unescaped = (text: string) =>
    text
      .replace(
        /&(lt|gt|quot|#39);/g,
        (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!,
      )
      .replaceAll('&amp;', '&')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      if (/\p{Cc}/u.test(text)) return
      assert.equal(unescaped(escapeText(text)), text)
      assert.equal(html`${text}`.markup, escapeText(text))
    }),
  )
})

test('an experiment with nothing judged still makes a page and a table', () => {
  assertWellFormed(reportHtml(emptyResult))
  assert.match(reportHtml(emptyResult), /Nothing was judged/)
  assert.match(reportMarkdown(emptyResult), /^Win rate against the reference, no held-out prompts/)
})

test('a caveat comes before every claim', () => {
  const caveat = 'A toy: its figures mean nothing.'
  const page = reportHtml({ ...inventedResult, caveat })
  assert.ok(page.indexOf(caveat) < page.indexOf('<h1>'))
  assert.ok(reportMarkdown({ ...inventedResult, caveat }).startsWith(`**${caveat}**`))
})

test('the Markdown table has one padded row per arm, best first, and hostile names stay in their cells', () => {
  const [first, ...others] = inventedResult.arms
  const markdown = reportMarkdown({
    ...inventedResult,
    arms: [...others, { ...first!, name: 'a | b\n*c* <i>' }],
  })
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'))
  assert.equal(rows.length, 2 + inventedResult.arms.length)
  assert.equal(new Set(rows.map((row) => row.length)).size, 1)
  for (const row of rows) assert.equal(row.replaceAll('\\|', '').split('|').length, 12)
  assert.ok(markdown.includes('a \\| b \\*c\\* \\<i\\>'))
  const rates = rows.slice(2).map((row) => Number(row.replaceAll('\\|', '').split('|')[2]))
  assert.deepEqual(
    rates,
    [...rates].sort((a, b) => b - a),
  )
})

test('sentences claim a difference only if the interval excludes 50', () => {
  const result = (low: number, high: number) => ({
    winRate: (low + high) / 2,
    interval: { low, high },
    n: 100,
    adjustedP: 0.0123,
  })
  assert.match(
    comparison('A', 'B', result(50.1, 60)),
    /^A is preferred to B \(55\.\d%, 95% interval 50\.1 to 60\.0, 100 pairs, p = 0\.012 by Holm\)/,
  )
  assert.match(comparison('A', 'B', result(50, 60)), /^A is not shown to differ from B/)
  assert.match(comparison('A', 'B', result(40, 49.9)), /^A is worse than B/)
  const byChance = { ...result(50.1, 60), adjustedP: 0.0501 }
  assert.match(comparison('A', 'B', byChance), /^A is not shown to differ from B .*p = 0\.050 by Holm/)
  assert.equal(headline(inventedResult), '3 of 4 arms beat the SFT reference')
})

test('the settings that arms were tried with are listed, the chosen one in bold', () => {
  const setting = { rate: 1, passes: 1, klCoef: 0.1, winRate: 61.04 }
  const tuning = [
    { arm: 'PPO', edits: null, tried: [setting, { ...setting, klCoef: 0.05, winRate: 63 }], chosen: 1 },
    { arm: 'DPO', edits: 100, tried: [{ rate: 1 / 3, passes: 2, klCoef: null, winRate: null }], chosen: 0 },
  ]
  const page = reportHtml({ ...inventedResult, tuning })
  assert.match(page, />PPO<.*>61\.0<small>KL 0\.1<.*><b>63\.0<\/b><small>KL 0\.05</s)
  assert.match(page, />DPO, 100 edits<.*diverged<\/b><small>rate × 0\.33, passes × 2</s)
  assert.ok(!reportHtml(inventedResult).includes('id="tuning"'))
})

test('a head-to-head result reads the same from either side', () => {
  const [match] = inventedResult.headToHead.filter(({ arm }) => arm === 'DPO')
  const { winRate, interval } = match!
  const mirrored = {
    ...match!,
    arm: match!.opponent,
    opponent: 'DPO',
    winRate: 100 - winRate,
    interval: { low: 100 - interval.high, high: 100 - interval.low },
  }
  const others = inventedResult.headToHead.filter((each) => each !== match)
  assert.deepEqual(
    findings({ ...inventedResult, headToHead: [...others, mirrored] }),
    findings(inventedResult),
  )
})

test('p-values are shown with their correction, and warnings on the whole record above its figures', () => {
  const warnings = ['The judge is of the same kind.']
  const page = reportHtml({ ...inventedResult, warnings })
  assert.match(page, />p, Holm</)
  assert.match(page, /<small>p (= |&lt; )0\.\d{3}<\/small>/)
  assert.ok(page.indexOf(warnings[0]!) > 0 && page.indexOf(warnings[0]!) < page.indexOf('id="win-rates"'))
  const markdown = reportMarkdown({ ...inventedResult, warnings })
  assert.match(markdown, /\| +p, Holm \|/)
  assert.match(markdown, /Note: The judge is of the same kind\./)
})

test('a warning that several arms have is said once, with all their names', () => {
  const [one, other] = inventedResult.arms.map((arm) => ({ ...arm, warnings: ['Too few.'] }))
  assert.deepEqual(armWarnings({ ...inventedResult, arms: [one!, other!] }), [
    `${one!.name}, ${other!.name}: Too few.`,
  ])
})

test('ticks are round, ascending and enclose the data', () => {
  const range = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1, max: 1e6, noNaN: true }),
  )
  fc.assert(
    fc.property(range, fc.integer({ min: 2, max: 8 }), ([low, span], count) => {
      const ticks = niceTicks(low, low + span, count)
      const step = ticks[1]! - ticks[0]!
      assert.ok(ticks[0]! <= low + 1e-6 * step && ticks.at(-1)! >= low + span - 1e-6 * step)
      assert.ok(ticks.length >= 2 && ticks.length <= count + 3, `${ticks.length} ticks`)
      const leading = Number(step.toExponential(3).split('e')[0])
      assert.ok(
        [1, 2, 5, 10].some((round) => Math.abs(leading - round) < 0.01),
        `a step of ${step}`,
      )
    }),
  )
  assert.deepEqual(niceTicks(47.8, 72.6, 5), [45, 50, 55, 60, 65, 70, 75])
  assert.deepEqual(niceTicks(3, 3, 3), [3, 4])
})

test('numbers are written with true minus signs and few digits', () => {
  assert.deepEqual(
    [compact(-0.00012), compact(1234.5), compact(0), compact(2e7)],
    ['−1.2e-4', '1230', '0', '2.0e7'],
  )
  assert.deepEqual([signed(0.004, 2), signed(-0.004, 2), signed(-1.25, 1)], ['0.00', '0.00', '−1.3'])
  assert.deepEqual([2.4, 71, 143, 7265].map(duration), ['2.4 s', '71 s', '2 min 23 s', '2 h 1 min'])
  assert.equal(scale(50, 50, 10, 90)(50), 10)
})

test('a bar extends from 50 to its win rate, and is hollow if the interval includes 50', () => {
  const clear = { winRate: 60, interval: { low: 55, high: 65 } }
  const axis = intervalScale([clear])
  const { markup } = intervalBar(clear, axis, 1)
  const rect = /<rect class="fill" x="([\d.]+)" y="12" width="([\d.]+)"/.exec(markup)!
  assert.ok(Math.abs(Number(rect[1]) - axis.toX(50)) < 0.1)
  assert.ok(Math.abs(Number(rect[2]) - (axis.toX(60) - axis.toX(50))) < 0.1)
  assert.doesNotMatch(markup, /hollow/)
  assert.match(intervalBar({ winRate: 52, interval: { low: 48, high: 56 } }, axis, 1).markup, /hollow/)
})

test('a line chart draws its points in the right place, and nothing without points', () => {
  const base = { width: 300, height: 200, xLabel: 'step', yLabel: '', description: 'A line that rises.' }
  const points = [0, 10].map((x) => ({ x, y: x }))
  const { markup } = lineChart({ ...base, lines: [{ name: 'a', series: 1, points }] })!
  const [from, to] = /<path class="line" d="M([\d. ]+)L([\d. ]+)"/
    .exec(markup)!
    .slice(1)
    .map((at) => at.split(' ').map(Number))
  assert.deepEqual([from![1], to], [160, [286, 12]])
  assert.equal(lineChart({ ...base, lines: [{ name: 'a', series: 1, points: [] }] }), null)
})

test('long curves are thinned to means that keep the mean and the range', () => {
  const points = Array.from({ length: 1000 }, (_, x) => ({ x, y: Math.sin(x / 50) }))
  const thinned = thin(points)
  const meanOf = (values: { y: number }[]) => values.reduce((sum, { y }) => sum + y, 0) / values.length
  assert.equal(thinned.length, 200)
  assert.ok(Math.abs(meanOf(thinned) - meanOf(points)) < 1e-9)
  assert.ok(thinned[0]!.x < 5 && thinned.at(-1)!.x > 994)
  assert.deepEqual(thin(points.slice(0, 7)), points.slice(0, 7))
})
