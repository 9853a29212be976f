import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeSlips, readSlip, type Slip } from '../../../electron/world/forms/slips.ts'
import { forms, slip, slips } from './helpers.ts'

const goodsOf = ({ lines }: Slip) =>
  lines
    .map(({ good }) => good)
    .toSorted()
    .join(' ')
const linesOf = ({ lines }: Slip) => JSON.stringify(lines)

test('no held-out set of goods and no held-out slip occurs in training', () => {
  const heldOut = makeSlips(forms, { seed: 4, n: 2000, split: 'held-out' })
  for (const keyOf of [goodsOf, linesOf]) {
    const trained = new Set(slips.map(keyOf))
    assert(!heldOut.some((held) => trained.has(keyOf(held))))
  }
  assert.equal(new Set(slips.map(goodsOf)).size, 67)
  assert.equal(new Set(heldOut.map(goodsOf)).size, 17)
  assert.equal(new Set(slips.map(linesOf)).size, slips.length)
})

test('training has every product of a quantity and a price', () => {
  const products = slips.flatMap(({ lines }) => lines.map(({ quantity, price }) => `${quantity} x ${price}`))
  assert.equal(new Set(products).size, 32)
})

test('a seed determines the slips, and a longer list begins with the shorter', () => {
  const options = { seed: 9, n: 300, split: 'held-out' } as const
  const once = makeSlips(forms, options)
  assert.deepEqual(makeSlips(forms, { ...options, n: 200 }), once.slice(0, 200))
  assert.notDeepEqual(makeSlips(forms, { ...options, seed: 10 }), once)
})

test('a slip is parsed from its words alone', () => {
  for (const slip of slips) assert.deepEqual(readSlip(forms, slip.messages), slip)
})

test('other prompts are not of this world', () => {
  const { content } = slip.messages[0]!
  for (const other of [
    '',
    content.replace('ivy', 'stranger'),
    content.replace('rope', 'moon'),
    content.replace('rope', 'lamp'),
    content.replace('shillings', 'pence'),
    content.replaceAll('shillings', 'nuts'),
    content.replace('3 at', '33 at'),
    content.replace('make the bill', 'make the tea'),
    'slip for ivy:\nmake the bill',
  ])
    assert.equal(readSlip(forms, [{ role: 'user', content: other }]), null, other)
  assert.equal(readSlip(forms, []), null)
})
