/** What the tests of the forms office share. */
import fc from 'fast-check'
import { type Draws, drawsOf } from '../../../electron/world/draws.ts'
import { loadForms } from '../../../electron/world/forms/forms.ts'
import { makeSlips, readSlip } from '../../../electron/world/forms/slips.ts'
import { writeBill } from '../../../electron/world/forms/writer.ts'
import { fill } from '../../../electron/world/templates.ts'

export const forms = loadForms()
export const slips = makeSlips(forms, { seed: 1, n: 4000, split: 'train' })
export const written = slips.map((slip, i) => ({ slip, ...writeBill(forms, slip, testDraws(i)) }))

export function testDraws(counter: number): Draws {
  return drawsOf({ seed: 2, stream: 'test' }, counter)
}

/** A slip of three lines; sums 12, 12 and 40, ten pieces. */
export const slip = readSlip(forms, [
  {
    role: 'user',
    content:
      'slip for ivy:\nrope: 3 at 4 shillings\nlamp: 2 at 6 shillings\nsack: 5 at 8 shillings\nmake the bill',
  },
])!

/** Lines of bills in any order, some about wrong things, between scraps and odd breaks. */
const number = fc.integer({ min: 0, max: 60 }).map(String)
const line = fc.oneof(
  fc.constantFrom(...forms.closings, ...Object.values(forms.goods).map(({ remark }) => remark)),
  fc
    .tuple(fc.constantFrom(...forms.headers), fc.constantFrom(...forms.names, 'a stranger'))
    .map(([text, name]) => fill(text, { name })),
  fc.tuple(fc.constantFrom(...forms.counts), number).map(([text, count]) => fill(text, { count })),
  fc
    .tuple(
      fc.constantFrom(...Object.keys(forms.goods), 'moon'),
      fc.tuple(number, number, number),
      fc.constantFrom(...forms.units, 'nuts'),
    )
    .map(([good, [quantity, price, sum], unit]) =>
      fill(forms.billLine, { good, quantity, price, sum, unit }),
    ),
)
const scrap = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('rope: 3', 'bill for', '{sum}'),
)
export const anyBill = fc
  .array(
    fc.tuple(fc.oneof({ weight: 6, arbitrary: line }, scrap), fc.constantFrom('\n', '\n', '\n\n', ' ')),
    { maxLength: 10 },
  )
  .map((parts) => parts.flat().join(''))

export const anySlip = fc.constantFrom(...slips.slice(0, 300))
