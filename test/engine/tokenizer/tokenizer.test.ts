import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byteLevelKinds, goldenKinds, goldenTokenizer, openGolden } from './golden-tokenizers.ts'

type Spans = [start: number, end: number][]

/** Any text without lone surrogates, rich in what tokenizers treat specially. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '▁',
        "'s",
        'the',
        '12',
        'e\u0301',
        '👩‍👧',
        '<|end|>',
        '</s>',
        '<0x41>',
        '\ufeff',
        '\u0085',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

function assertCovering(text: string, offsets: Spans): void {
  let covered = 0
  for (const [i, [start, end]] of offsets.entries()) {
    assert.ok(start <= covered, `token ${i} leaves characters ${covered} to ${start} out`)
    assert.ok(start < end, `token ${i} has no character`)
    assert.ok(i === 0 || (start >= offsets[i - 1]![0] && end >= offsets[i - 1]![1]), `token ${i} steps back`)
    for (const border of [start, end]) {
      assert.ok(
        !/^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(border - 1, border + 1)),
        'a cut character',
      )
    }
    covered = end
  }
  assert.equal(covered, text.length)
}

for (const kind of goldenKinds) {
  const golden = goldenTokenizer(kind)
  const tokenizer = openGolden(kind)

  test(`${kind}: ids equal those of the tokenizers library`, () => {
    for (const { text, ids } of golden.cases)
      assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text))
  })

  test(`${kind}: offsets agree with the tokenizers library`, () => {
    for (const { text, offsets } of golden.cases) {
      const ours = tokenizer.encodeWithOffsets(text).offsets
      assertCovering(text, ours)
      // Differences: a composed character stands for everything it was composed of (qwen2 normalises), and a
      // byte of Unigram's fallback for its character, not for the whole stretch of unknown ones.
      if (kind === 'qwen2')
        assert.ok(
          ours.every((span, i) => contains(span, offsets[i]!)),
          text,
        )
      else if (kind === 'unigram')
        assert.ok(
          ours.every((span, i) => contains(offsets[i]!, span)),
          text,
        )
      else assert.deepEqual(ours, offsets, JSON.stringify(text))
    }
  })

  test(`${kind}: ids decode to the text that the tokenizers library gives`, () => {
    for (const { ids, decoded } of golden.cases) {
      assert.equal(tokenizer.decode(ids), decoded)
    }
  })

  test(`${kind}: offsets cover any text, in order`, () => {
    fc.assert(fc.property(anyText, (text) => assertCovering(text, tokenizer.encodeWithOffsets(text).offsets)))
  })
}

function contains(outer: [number, number], inner: [number, number]): boolean {
  return outer[0] <= inner[0] && inner[1] <= outer[1]
}

for (const kind of byteLevelKinds) {
  const tokenizer = openGolden(kind)

  test(`${kind}: any text can be decoded from its ids`, () => {
    fc.assert(fc.property(anyText, (text) => assert.equal(tokenizer.decode(tokenizer.encode(text)), text)))
  })

  test(`${kind}: each token's bytes are among the bytes of its characters`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { ids, offsets } = tokenizer.encodeWithOffsets(text)
        ids.forEach((id, i) => {
          const piece = Buffer.from(tokenizer.pieceOf(id).replaceAll(/<0x(..)>/g, ''))
          assert.ok(Buffer.from(text.slice(...offsets[i]!)).includes(piece))
        })
      }),
    )
  })
}

test('a text that normalisation composes is decoded in composed form', () => {
  const tokenizer = openGolden('qwen2')
  const text = 'cafe\u0301 and e\u0327\u0301'
  assert.equal(tokenizer.decode(tokenizer.encode(text)), text.normalize('NFC'))
})

test('every byte of a character stands for the whole character', () => {
  const { ids, offsets } = openGolden('gpt2').encodeWithOffsets('a𠀋')
  assert.equal(ids.length, 5)
  assert.deepEqual(offsets.slice(1), [
    [1, 3],
    [1, 3],
    [1, 3],
    [1, 3],
  ])
})

test('a lone byte is shown by its number and decodes to U+FFFD', () => {
  const tokenizer = openGolden('gpt2')
  const first = tokenizer.encode('𠀋')[0]!
  assert.equal(tokenizer.pieceOf(first), '<0xF0>')
  assert.equal(tokenizer.decode([first]), '\ufffd')
  const bytes = openGolden('llama2')
  assert.equal(bytes.pieceOf(bytes.encode('𠀋').at(-1)!), '<0x8B>')
})

test('a lone surrogate is encoded as U+FFFD and keeps its offset', () => {
  const { ids, offsets } = openGolden('gpt2').encodeWithOffsets('a\ud800b')
  assert.equal(openGolden('gpt2').decode(ids), 'a\ufffdb')
  assertCovering('a\ud800b', offsets)
})

test('a byte order mark inside a text is kept', () => {
  for (const kind of ['gpt2', 'llama2'] as const) {
    const tokenizer = openGolden(kind)
    assert.equal(tokenizer.decode(tokenizer.encode('\ufeffa\ufeff')), '\ufeffa\ufeff')
  }
})

test('special tokens are never recognised in a text', () => {
  for (const kind of goldenKinds) {
    const tokenizer = openGolden(kind)
    const added = goldenTokenizer(kind).definition.added_tokens as {
      id: number
      content: string
      special: boolean
    }[]
    const special = added.filter((token) => token.special)
    const specialIds = new Set(special.map(({ id }) => id))
    const contents = special.map(({ content }) => content).filter((content) => content !== '<unk>')
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, fc.constantFrom(...contents))), (parts) => {
        const ids = tokenizer.encode(parts.join(''))
        const unknown = kind === 'unknown' ? tokenizer.encode('编')[0] : undefined
        assert.ok(ids.every((id) => id === unknown || !specialIds.has(id)))
      }),
      { numRuns: 30 },
    )
  }
})

test('special tokens are left out of decoded text on request', () => {
  const tokenizer = openGolden('smollm')
  const ids = [1, ...tokenizer.encode('kept'), tokenizer.eosId]
  assert.equal(tokenizer.decode(ids), '<|im_start|>kept<|im_end|>')
  assert.equal(tokenizer.decode(ids, { skipSpecial: true }), 'kept')
})

test('an id without a token decodes to nothing', () => {
  const tokenizer = openGolden('gpt2')
  assert.equal(tokenizer.decode([tokenizer.vocabSize + 5]), '')
  assert.equal(tokenizer.pieceOf(tokenizer.vocabSize + 5), '')
  assert.equal(tokenizer.decode([]), '')
})

test('the hash depends on everything that determines ids, and on nothing else', () => {
  const gpt2 = openGolden('gpt2')
  assert.match(gpt2.hash, /^[0-9a-f]{64}$/)
  assert.equal(new Set(goldenKinds.map((kind) => openGolden(kind).hash)).size, goldenKinds.length)
})
