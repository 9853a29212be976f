import assert from 'node:assert/strict'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { BadRow, ImportRow } from '../../../electron/contract/records.ts'
import { detectFile, readRows } from '../../../electron/pipeline/data/read.ts'
import { sharedData } from '../../shared-data.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-read-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, content)
  return file
}

interface ReadAll {
  good: ImportRow[]
  bad: BadRow[]
}

async function readAll(file: string, columns?: Record<string, string>): Promise<ReadAll> {
  const all: ReadAll = { good: [], bad: [] }
  for await (const row of readRows(file, { columns })) {
    if ('reason' in row) all.bad.push(row)
    else all.good.push(row)
  }
  return all
}

const badLines = ({ bad }: ReadAll) => bad.map(({ line, reason }) => `${line}: ${reason}`)
const goodLines = ({ good }: ReadAll) => good.map(({ line }) => line)
const row = (n: number) => JSON.stringify({ prompt: `p${n}`, rejected: 'r', edited: 'e' })

test('lines with a byte order mark, CRLF and blank lines are read, compressed or not', async () => {
  const text = `\ufeff\r\n${row(1)}\r\n\r\n${row(2)}\n  \n${row(3)}`
  for (const file of [write('crlf.txt', text), write('packed.txt', gzipSync(text))]) {
    const all = await readAll(file)
    assert.deepEqual(goodLines(all), [2, 4, 6])
    assert.deepEqual(badLines(all), [])
    assert.equal(all.good[0]!.item.prompt[0]!.content, 'p1')
    assert.equal(all.good[0]!.file, file)
  }
})

test('a gzip file of several members is read to its end', async () => {
  const file = write('members.gz', Buffer.concat([gzipSync(`${row(1)}\n`), gzipSync(`${row(2)}\n`)]))
  assert.deepEqual(goodLines(await readAll(file)), [1, 2])
})

test('an array gives its elements with the lines on which they start', async () => {
  const file = write('array.json', `\n[\n ${row(1)},\n\n${row(2)}, ${row(3)}\n]\n\n`)
  assert.deepEqual(goodLines(await readAll(file)), [3, 5, 5])
  const pretty = write('pretty.json', JSON.stringify([JSON.parse(row(1)), JSON.parse(row(2))], null, 2))
  assert.deepEqual(goodLines(await readAll(pretty)), [2, 7])
  assert.deepEqual(await readAll(write('one.json', `[${row(1)}]`)).then(goodLines), [1])
})

test('an array cut at any byte loses only its last rows, and is reported as not closed', async () => {
  const whole = JSON.stringify([{ prompt: 'p"\\', rejected: '[{', edited: '}]' }, JSON.parse(row(2))])
  for (let length = 1; length < whole.length; length++) {
    const file = write('cut.json', whole.slice(0, length))
    const all = await readAll(file)
    assert.match(all.bad.at(-1)!.reason, /the array is not closed/)
    assert.ok(all.good.length <= 1)
  }
})

test('damage inside an array stays with its element', async () => {
  const file = write('damaged.json', `[${row(1)},\n{"prompt": nonsense},\n17,\n,\n${row(2)}\n] trailing`)
  const all = await readAll(file)
  assert.deepEqual(goodLines(all), [1, 5])
  assert.deepEqual(
    all.bad.map(({ line }) => line),
    [2, 3, 4, 6],
  )
  assert.match(all.bad[0]!.reason, /^element 2: it is not JSON/)
  assert.match(all.bad[1]!.reason, /^element 3: it is a number, not a JSON object/)
  assert.match(all.bad[2]!.reason, /^element 4: nothing between two commas/)
  assert.match(all.bad[3]!.reason, /more after the end/)
})

test('bad lines are listed with line and reason, and the rest is read', async () => {
  const lines = [
    'not JSON',
    row(2),
    '[1, 2]',
    '{"prompt": "p", "rejected": "r"',
    '{"prompt": "p", "rejected": 4, "edited": "e"}',
    '{"prompt": "p", "rejected": "r", "edited": "e", "x": 1e999}',
    '{"other": 1}',
    row(8),
  ]
  const all = await readAll(write('bad.jsonl', lines.join('\n')))
  assert.deepEqual(goodLines(all), [2, 8])
  const reasons = badLines(all)
  const expected = [
    /^1: it is not JSON/,
    /^3: it is a list/,
    /^4: it is not JSON/,
    /^5: "rejected" is a number/,
  ]
  expected.push(/^6: the number at x is not finite/, /^7: it differs from the file's other rows/)
  assert.equal(reasons.length, expected.length)
  for (const [index, pattern] of expected.entries()) assert.match(reasons[index]!, pattern)
})

test('invalid UTF-8 and half surrogate pairs are refused with their line, wherever they are', async () => {
  const invalid = Buffer.from(row(2).replace('r', '\u0001'))
  invalid[invalid.indexOf(1)] = 0xff
  const lines = [
    row(1),
    invalid,
    '{"prompt": "\\ud800", "rejected": "r", "edited": "e"}',
    '{"prompt": "p", "rejected": "r", "edited": "e", "deep": [{"\\uDFFF": 1}]}',
    '{"prompt": "p", "rejected": "r", "edited": "e", "deep": {"a": ["\\udc00x"]}}',
    '{"prompt": "\\ud83d\\ude00 \\\\ud800", "rejected": "r", "edited": "e"}',
    Buffer.from([0xed, 0xa0, 0x80]),
  ]
  const content = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
  const all = await readAll(write('utf8.jsonl', content))
  assert.deepEqual(goodLines(all), [1, 6])
  assert.equal(all.good[1]!.item.prompt[0]!.content, '😀 \\ud800')
  const reasons = badLines(all)
  assert.match(reasons[0]!, /^2: it is not valid UTF-8/)
  assert.match(reasons[1]!, /^3: the text at prompt holds half a surrogate pair/)
  assert.match(reasons[2]!, /^4: a key at deep\[0\] holds half a surrogate pair/)
  assert.match(reasons[3]!, /^5: the text at deep.a\[0\] holds half/)
  assert.match(reasons[4]!, /^7: it is not valid UTF-8/)
})

test('values nested too deep are refused, not followed', async () => {
  const deep = `{"prompt": "p", "rejected": "r", "edited": "e", "x": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  const all = await readAll(write('deep.jsonl', `${deep}\n${row(2)}`))
  assert.deepEqual(goodLines(all), [2])
  assert.match(badLines(all)[0]!, /^1: .*nested deeper than 64 levels/)
})

test('a line of 50 MB is refused with little time and memory, and its neighbours are read', async () => {
  const file = path.join(folder, 'long.jsonl')
  const stream = createWriteStream(file)
  stream.write(`${row(1)}\n{"prompt": "`)
  for (let piece = 0; piece < 50; piece++) stream.write('x'.repeat(1_000_000))
  stream.end(`"}\n${row(3)}\n`)
  await finished(stream)
  const ticks = countTicks()
  const all = await readAll(file)
  assert.deepEqual(goodLines(all), [1, 3])
  assert.deepEqual(badLines(all), ['2: it is longer than 16 MiB'])
  assert.ok(ticks.longestMs() < 1000, `the process was held up for ${ticks.longestMs()} ms`)
})

function countTicks() {
  let last = performance.now()
  let longestMs = 0
  const timer = setInterval(() => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - last)
    last = now
  }, 5)
  return {
    longestMs() {
      clearInterval(timer)
      return longestMs
    },
  }
}

test('a file that is one endless line or element is refused with a message', async () => {
  const long = 'x'.repeat(17 * 2 ** 20)
  assert.deepEqual(badLines(await readAll(write('endless.jsonl', `{"a": "${long}`))), [
    '1: it is longer than 16 MiB',
  ])
  const inArray = await readAll(write('endless.json', `[{"a": "${long}"},\n${row(2)}]`))
  assert.deepEqual(badLines(inArray), ['1: element 1: it is longer than 16 MiB'])
  assert.deepEqual(goodLines(inArray), [2])
  await assert.rejects(readAll(write('endless.csv', `a,b\n"${`${'x'.repeat(99)}\n`.repeat(180_000)}`)), {
    name: 'UserError',
    message: /is a quote before it not closed/i,
  })
})

test('files without rows are refused by the name of their format', async () => {
  const cases: [content: string | Uint8Array, message: RegExp][] = [
    ['', /is empty/],
    ['\ufeff \r\n\n', /is empty/],
    [gzipSync(''), /is empty/],
    ['PAR1 and more', /is a damaged or unusual Parquet file/],
    [Buffer.from('\ufeff{"a":1}', 'utf16le'), /in no format that Stet knows/],
    [gzipSync(`${row(1)}\n`.repeat(1000)).subarray(0, 60), /damaged or truncated gzip file/],
    ['once upon a time\nthere was\n', /in no format that Stet knows/],
    ['{"text": "nothing known"}\n', /its first row has text\. Say which column is which .*docs\/DATA\.md/],
    ['[]', /has no rows/],
    ['a,b\n', /has no rows/],
    ['a,a\n1,2\n', /two columns are called "a"/],
  ]
  for (const [content, message] of cases) {
    const file = write('refused', content)
    await assert.rejects(readAll(file), (error: Error) => {
      assert.equal(error.name, 'UserError')
      assert.match(error.message, message)
      assert.ok(error.message.includes(file))
      return true
    })
  }
  await assert.rejects(readAll(path.join(folder, 'absent')), { name: 'UserError', code: 'not_found' })
  await assert.rejects(readAll(folder), { name: 'UserError', message: /is a folder/ })
})

test('a table is read by its header, with quotes and line breaks kept', async () => {
  const file = write(
    'table.csv',
    '\ufeffprompt,rejected,edited,note\r\np1,"a ""b""\r\nc",d,\r\n\r\n"p2\n",r,e,"x,y"\r\np3,r\r\n',
  )
  const all = await readAll(file)
  assert.deepEqual(goodLines(all), [2, 5])
  assert.equal(all.good[0]!.item.rejected, 'a "b"\r\nc')
  assert.deepEqual(all.good[0]!.item.metadata, {})
  assert.equal(all.good[1]!.item.prompt[0]!.content, 'p2\n')
  assert.deepEqual(all.good[1]!.item.metadata, { note: 'x,y' })
  assert.equal(all.good[1]!.annotations[0]!.edited, 'e')
  assert.deepEqual(badLines(all), ['7: it has 2 cells, but the header has 4'])
})

test('columns are mapped as asked, guessed by common names, and refused if missing', async () => {
  const told = write('told.csv', 'frage;schlecht;gut\nq;s;g\n')
  const mapped = await readAll(told, { prompt: 'frage', rejected: 'schlecht', edited: 'gut' })
  assert.equal(mapped.good[0]!.item.prompt[0]!.content, 'q')
  assert.equal(mapped.good[0]!.annotations[0]!.edited, 'g')
  const guessed = await readAll(write('guessed.tsv', 'Question\tResponse\tPost-Edit\nq\ts\tg\n'))
  assert.equal(guessed.good[0]!.item.rejected, 's')
  assert.equal(guessed.good[0]!.annotations[0]!.edited, 'g')
  const alpaca = write('alpaca.csv', 'instruction,output_1,output_2,preference\ni,a,b,2\n')
  assert.equal((await readAll(alpaca)).good[0]!.item.chosen, 'b')
  await assert.rejects(readAll(told, { prompt: 'Frage' }), {
    name: 'UserError',
    message: /no column "Frage" to read prompt from; it has frage, schlecht, gut/,
  })
})

test('rows of a table that touch an unreadable line or broken quotes are refused, and the others read', async () => {
  const lines = [
    'prompt,rejected',
    'p1,"a',
    '\u0001',
    'b"',
    'p2,r',
    'p3,x"y',
    'p4,r',
    'p5,"open',
    'to the end',
  ]
  const content = Buffer.from(lines.join('\n'))
  content[content.indexOf(1)] = 0xff
  const all = await readAll(write('broken.csv', content))
  assert.deepEqual(goodLines(all), [5, 7])
  assert.deepEqual(
    all.bad.map(({ line }) => line),
    [3, 6, 8],
  )
  assert.match(all.bad[0]!.reason, /UTF-8/)
  assert.match(all.bad[1]!.reason, /quotes are broken/)
})

test('reading stops and closes the file when the reader stops', async () => {
  const file = write('many.jsonl.gz', gzipSync(`${row(1)}\n`.repeat(100_000)))
  let seen = 0
  for await (const _ of readRows(file)) if (++seen === 3) break
  assert.equal(seen, 3)
})

test('progress counts the bytes of the file on disk, up to all of them', async () => {
  const content = gzipSync(`${row(1)}\n`.repeat(1000))
  const seen: number[] = []
  const onProgress = (readBytes: number, totalBytes: number) => {
    assert.equal(totalBytes, content.length)
    seen.push(readBytes)
  }
  for await (const _ of readRows(write('progress.gz', content), { onProgress }));
  assert.equal(seen.at(-1), content.length)
})

const published: [file: string, format: string, good: number, edits: number, bad: Record<string, number>][] =
  [
    ['edits_mlqe_et-en_dev.jsonl.gz', 'plain', 1000, 1000, {}],
    ['edits_mlqe_et-en_train.jsonl.gz', 'plain', 7000, 7000, {}],
    ['edits_mlqe_ro-en_dev.jsonl.gz', 'plain', 1000, 1000, {}],
    ['edits_summedits.jsonl.gz', 'plain', 1102, 1102, {}],
    ['edits_qa_feedback_dev.jsonl.gz', 'plain', 500, 487, {}],
    ['pairs_hh_harmless_test.jsonl.gz', 'pairs', 2307, 0, {}],
    ['pairs_llmbar.jsonl.gz', 'pairs', 419, 0, {}],
    ['pairs_pandalm.jsonl.gz', 'pairs', 888, 0, { tie: 105, 'true or false, not text': 6 }],
    ['pairs_qa_feedback_dev.jsonl.gz', 'pairs', 2616, 0, { tie: 384 }],
    ['upstream/fgrlhf_dev_feedback.json', 'fine-grained-rlhf', 500, 487, {}],
    [
      'upstream/hh_harmless-base.test.jsonl.gz',
      'hh-rlhf',
      2307,
      0,
      { 'differ before their last response': 5 },
    ],
    ['upstream/self_instruct_seed_tasks.jsonl', 'seed-tasks', 175, 0, {}],
    ['upstream/pandalm_testset-v1.json', 'pandalm', 888, 0, { tie: 105, 'not text': 6 }],
    ['upstream/llmbar/LLMBar_Natural.json', 'llmbar', 100, 0, {}],
  ]

for (const [name, format, good, edits, reasons] of published) {
  const file = sharedData(name)
  const skip = file ? false : `${name} is not beside the repository`
  test(`every row of ${name} is read or refused with a reason`, { skip }, async () => {
    assert.equal(await detectFile(file!), format)
    const all = await readAll(file!)
    assert.equal(all.good.length, good)
    assert.equal(new Set(all.good.map(({ item }) => item.id)).size, good)
    assert.equal(
      all.good.reduce((sum, { annotations }) => sum + annotations.length, 0),
      edits,
    )
    const counts = Object.keys(reasons).map((part) => [
      part,
      all.bad.filter(({ reason }) => reason.includes(part)).length,
    ])
    assert.deepEqual(Object.fromEntries(counts), reasons)
    assert.equal(
      all.bad.length,
      Object.values(reasons).reduce((sum, count) => sum + count, 0),
    )
  })
}

for (const name of ['upstream/tinyshakespeare.txt', 'README.md']) {
  const file = sharedData(name)
  const skip = file ? false : `${name} is not beside the repository`
  test(`${name} is refused because its format is unknown`, { skip }, async () => {
    await assert.rejects(readAll(file!), { name: 'UserError', code: 'bad_input', message: /no format/ })
  })
}

test('the spans of published feedback mark the same words as in its normalised form', {
  skip: sharedData('edits_qa_feedback_dev.jsonl.gz') ? false : 'the data is not beside the repository',
}, async () => {
  const own = await readAll(sharedData('upstream/fgrlhf_dev_feedback.json')!)
  const normalised = await readAll(sharedData('edits_qa_feedback_dev.jsonl.gz')!)
  for (const [index, { item, annotations }] of own.good.entries()) {
    const other = normalised.good[index]!
    assert.deepEqual(item.errorSpans, other.item.errorSpans)
    assert.equal(item.rejected, other.item.rejected)
    assert.equal(item.context, other.item.context)
    assert.equal(annotations[0]?.edited, other.annotations[0]?.edited)
  }
})
