import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { AlpacaEvalAnnotation } from '../../../electron/contract/alpaca-eval.ts'
import { winRateFromAnnotations } from '../../../electron/pipeline/judge/annotated-win-rate.ts'
import { readAnnotations, readDifficulties } from '../../../electron/pipeline/judge/annotations.ts'
import { lengthControlledWinRate } from '../../../electron/pipeline/judge/win-rate.ts'
import golden from '../../golden/judge.json' with { type: 'json' }

const { lengthControlled: reference } = golden

function annotation(preference: number | null, output_1 = 'a', output_2 = 'a'): AlpacaEvalAnnotation {
  return { output_1, output_2, preference }
}

/** The golden rows as texts of the given lengths, one in three of characters outside the basic plane. */
const goldenRows = reference.preferences.map((preference, i) => {
  const letter = i % 3 === 0 ? '🙂' : 'x'
  return annotation(
    preference,
    letter.repeat(reference.referenceLengths[i]!),
    letter.repeat(reference.modelLengths[i]!),
  )
})

const inOrder = (difficulties: readonly number[]) =>
  difficulties.map((difficulty) => ({ difficulty, index: null, instruction: null }))

function assertClose(actual: number | null, expected: number, tolerance: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)
}

async function writeTemporary(t: TestContext, name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stet-judge-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = path.join(folder, name)
  await writeFile(file, content)
  return file
}

test('raw and length-controlled win rates equal SciPy and statsmodels, lengths counted in characters', () => {
  const result = winRateFromAnnotations(goldenRows, inOrder(reference.difficulty))
  assertClose(result.winRate, reference.winRate, 1e-9)
  assertClose(result.standardError, reference.standardError, 1e-9)
  assertClose(result.lengthControlledWinRate, reference.controlled, 1e-6)
  assert.equal(result.n, goldenRows.length)
  assert.deepEqual(result.notes, [])
})

test('without difficulties the rate is fitted without them, and a note says so', () => {
  const result = winRateFromAnnotations(goldenRows)
  assertClose(result.lengthControlledWinRate, reference.controlledWithoutDifficulty, 1e-6)
  assert.match(result.notes.join(' '), /without instruction difficulties/)
})

test('swapping the two outputs gives 100 minus each rate', () => {
  const rows = fc.array(
    fc.record({
      preference: fc.double({ min: 0, max: 1, noNaN: true }),
      referenceLength: fc.integer({ min: 0, max: 2000 }),
      modelLength: fc.integer({ min: 0, max: 2000 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(rows, (given) => {
      const swapped = given.map((row) => ({
        preference: 1 - row.preference,
        referenceLength: row.modelLength,
        modelLength: row.referenceLength,
      }))
      assertClose(lengthControlledWinRate(swapped), 100 - lengthControlledWinRate(given), 1e-5)
    }),
  )
})

test('preferences that depend only on the length difference give a length-controlled rate of 50%', () => {
  const differences = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? -1 : 1) * (20 + (i % 7)))
  const centre = differences.reduce((sum, d) => sum + d, 0) / 200
  const std = Math.sqrt(differences.reduce((sum, d) => sum + (d - centre) ** 2, 0) / 199)
  const rows = differences.map((difference) => {
    const preference = 1 / (1 + Math.exp(-3 * Math.tanh(difference / std)))
    return annotation(1 + preference, 'x'.repeat(100), 'x'.repeat(100 + difference))
  })
  const { winRate, lengthControlledWinRate: controlled } = winRateFromAnnotations(rows)
  assert.ok(winRate > 65)
  assertClose(controlled, 50, 1e-3)
})

test('equal lengths leave the raw rate unchanged, and a model that always wins stays slightly below 100', () => {
  const even = winRateFromAnnotations([annotation(2), annotation(1), annotation(2), annotation(0)])
  assert.equal(even.winRate, 62.5)
  assertClose(even.lengthControlledWinRate, 62.5, 1e-4)
  const always = winRateFromAnnotations([annotation(2, 'a', 'bb'), annotation(2, 'aa', 'b')])
  assert.equal(always.winRate, 100)
  assertClose(always.lengthControlledWinRate, 100, 0.01)
})

test('a preference of 0 is a tie; a missing one is left out with a note, as in AlpacaEval', () => {
  const result = winRateFromAnnotations([annotation(0), annotation(2), annotation(null)])
  assert.equal(result.winRate, 75)
  assert.equal(result.n, 2)
  assert.match(result.notes.join(' '), /1 of 3 rows have no preference/)
  assert.equal(winRateFromAnnotations([annotation(2)]).standardError, null)
})

test('rows of two models, too few difficulties and files without a verdict are refused with a clear error', () => {
  const mixed = ['m1', 'm2'].map((generator_2) => ({ ...annotation(2), generator_2 }))
  assert.throws(() => winRateFromAnnotations(mixed), /judge 2 models \(m1, m2/)
  assert.throws(() => winRateFromAnnotations([annotation(2)], inOrder([0, 1])), /2 difficulties for 1 rows/)
  assert.throws(() => winRateFromAnnotations([annotation(null)]), /No row has a preference/)
})

test('annotation files are read as a JSON array and as JSON lines', async (t) => {
  const rows = [annotation(1.25, 'é', '\u2028'), { ...annotation(0), generator_2: 'm', extra: [1] }]
  const asArray = await readAnnotations(await writeTemporary(t, 'a.json', `\ufeff ${JSON.stringify(rows)}`))
  const lines = `${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\n`
  const asLines = await readAnnotations(await writeTemporary(t, 'a.jsonl', lines))
  assert.deepEqual(asArray, asLines)
  assert.deepEqual(
    asArray.map((row) => [row.output_2, row.preference]),
    [
      ['\u2028', 1.25],
      ['a', 0],
    ],
  )
})

test('an error in an annotation file names the file, the line or row, and the key', async (t) => {
  const good = JSON.stringify(annotation(1))
  const cases: [string | Uint8Array, RegExp][] = [
    ['', /contains no rows/],
    ['[]', /contains no rows/],
    [`${good}\n{"output_1":`, /line 2 is not valid JSON/],
    [`[${good},{"output_1":"a","output_2":"b","preference":3}]`, /row 2: "preference": must be 0/],
    ['{"output_1":"a","preference":1}', /line 1: "output_2"/],
    ['[1, 2]', /row 1: /],
    [new Uint8Array([0x7b, 0xff]), /not UTF-8/],
  ]
  for (const [content, message] of cases) {
    const file = await writeTemporary(t, 'bad.json', content)
    await assert.rejects(readAnnotations(file), { name: 'UserError', code: 'bad_input', message })
  }
  await assert.rejects(readAnnotations('/nowhere/a.json'), { code: 'not_found' })
})

test('difficulties are read from the column with that name, whatever is quoted in the others', async (t) => {
  const file = await writeTemporary(t, 'd.csv', 'index,difficulty\r\n0,0.5\r\n1,-1e-3\r\n')
  assert.deepEqual(await readDifficulties(file), [
    { difficulty: 0.5, index: 0, instruction: null },
    { difficulty: -0.001, index: 1, instruction: null },
  ])
  const content = '\ufeffinstruction,instruction_difficulty\n"Add 4, 9, ""3""\nand 5",0.25\n'
  const quoted = await writeTemporary(t, 'd.csv', content)
  assert.deepEqual(await readDifficulties(quoted), [
    { difficulty: 0.25, index: null, instruction: 'Add 4, 9, "3"\nand 5' },
  ])
  const bad = await writeTemporary(t, 'd.csv', 'index,difficulty\n0,0.5\n1,\n')
  await assert.rejects(readDifficulties(bad), /line 3: the difficulty "" is not a number/)
  const nameless = await writeTemporary(t, 'd.csv', '0,0.5\n')
  await assert.rejects(readDifficulties(nameless), /there is no column "difficulty"/)
  const open = await writeTemporary(t, 'd.csv', 'difficulty\n"0.5\n')
  await assert.rejects(readDifficulties(open), /is not a CSV file .*Fix its quotes/)
})

test('difficulties in another order, or of more instructions, are matched by index or instruction', () => {
  const rows = goldenRows.map((row, i) => ({ ...row, index: i, instruction: `Add ${i}, 9` }))
  const table = reference.difficulty.map((difficulty, i) => ({
    difficulty,
    index: i,
    instruction: `Add ${i}, 9`,
  }))
  const shuffled = [...table].reverse()
  const others = [{ difficulty: 9, index: 900, instruction: 'other' }]
  const without = (key: 'index' | 'instruction') => shuffled.map((row) => ({ ...row, [key]: null }))
  for (const difficulties of [without('index'), without('instruction')]) {
    const { lengthControlledWinRate: rate } = winRateFromAnnotations(rows, [...difficulties, ...others])
    assertClose(rate, reference.controlled, 1e-6)
  }
  const places = winRateFromAnnotations(goldenRows, without('instruction'))
  assertClose(places.lengthControlledWinRate, reference.controlled, 1e-6)
})

test('rows whose difficulty is missing are left out of the controlled rate, with a note', () => {
  const rows = goldenRows.map((row, i) => ({ ...row, index: i }))
  const kept = reference.difficulty.flatMap((difficulty, index) =>
    index % 10 === 3 ? [] : [{ difficulty, index, instruction: null }],
  )
  const result = winRateFromAnnotations(rows, kept)
  const fewer = winRateFromAnnotations(
    rows.filter((_, i) => i % 10 !== 3),
    kept,
  )
  assertClose(result.lengthControlledWinRate, fewer.lengthControlledWinRate!, 1e-9)
  assertClose(result.winRate, reference.winRate, 1e-9)
  assert.match(result.notes.join(' '), /rows have no difficulty and were left out/)
})

test('a file that lacks a few of the instructions is matched by its index, or by place with a note', () => {
  const table = reference.difficulty.map((difficulty, index) => ({ difficulty, index, instruction: null }))
  const missing = new Set([100, 200, 250])
  const indexed = goldenRows
    .map((row, index) => ({ ...row, index }))
    .filter(({ index }) => !missing.has(index))
  const expected = winRateFromAnnotations(
    indexed,
    inOrder(reference.difficulty.filter((_, i) => !missing.has(i))),
  )
  const byIndex = winRateFromAnnotations(indexed, table)
  assert.equal(byIndex.lengthControlledWinRate, expected.lengthControlledWinRate)
  assert.deepEqual(byIndex.notes, [])
  const without = indexed.map(({ index: _index, ...row }) => row)
  const byPlace = winRateFromAnnotations(without, table)
  const places = winRateFromAnnotations(without, table.slice(0, without.length))
  assert.equal(byPlace.lengthControlledWinRate, places.lengthControlledWinRate)
  assert.match(
    byPlace.notes.join(' '),
    /300 difficulties for 297 annotations without an index.*as AlpacaEval does/,
  )
  assert.throws(() => winRateFromAnnotations(without.slice(0, 290), table), /index 290, but there are 290/)
})

test('difficulties that cannot be matched without guessing are refused', () => {
  const indexed = [0, 1, 2].map((index) => ({ difficulty: 0.1 * index, index, instruction: null }))
  assert.throws(
    () => winRateFromAnnotations([annotation(2), annotation(1)], indexed),
    /index 2, but there are 2/,
  )
  const repeated = [indexed[0]!, indexed[0]!]
  assert.throws(
    () => winRateFromAnnotations([annotation(2), annotation(1)], repeated),
    /Two difficulties .* 0\./,
  )
})
