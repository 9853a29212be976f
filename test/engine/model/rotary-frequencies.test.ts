/** Rotary frequencies are those of transformers (rope.json). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type Rotary, rotaryOf, rotarySwitch } from '../../../electron/engine/model/rotary-frequencies.ts'
import {
  configFromHuggingFace,
  toHuggingFace,
} from '../../../electron/engine/model/sources/huggingface-config.ts'
import { assertClose } from '../../golden.ts'

interface Case {
  name: string
  config: Record<string, unknown>
  sequences: { length: number; frequencies: number[]; factor: number }[]
}

const file = path.resolve(import.meta.dirname, '../../golden/rope.json')
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }

/** transformers computes in float32. */
const tolerance = { absolute: 0, relative: 2e-6 }

function frequenciesAt({ frequencies, beyond }: Rotary, length: number): Float32Array {
  return beyond !== null && length > beyond.length ? beyond.frequencies : frequencies
}

for (const { name, config: json, sequences } of cases)
  test(`${name} is stretched as by transformers, also after it was written and read again`, () => {
    const config = configFromHuggingFace(json, 'config.json')
    const again = configFromHuggingFace(JSON.parse(JSON.stringify(toHuggingFace(config))), 'config.json')
    assert.deepEqual(again, config)
    const rotary = rotaryOf(config)
    for (const { length, frequencies, factor } of sequences) {
      assertClose(frequenciesAt(rotary, length), frequencies, `${name} at ${length}`, tolerance)
      assertClose([rotary.factor], [factor], `factor of ${name}`, tolerance)
    }
  })

test('only longrope changes the frequencies of a sequence that grows', () => {
  const switches = new Map(
    cases.map(({ name, config }) => [name, rotarySwitch(configFromHuggingFace(config, 'config.json'))]),
  )
  for (const [name, length] of switches) assert.equal(length, name.startsWith('longrope') ? 512 : null, name)
})
