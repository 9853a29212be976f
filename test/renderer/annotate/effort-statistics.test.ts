import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effort } from '../../../electron/contract/annotate.ts'
import { effortByPerson, effortTable, quartiles } from '../../../renderer/annotate/effort-statistics.ts'
import { csvOf } from '../../../renderer/app/table-text.ts'

const effort = (
  annotator: string,
  activeSeconds: number,
  characters: number,
  needed: number | null,
): Effort => ({
  id: `item_${activeSeconds}`,
  prompt: 'Why?',
  annotator,
  state: 'done',
  activeSeconds,
  steps: characters,
  characters,
  needed,
  longPauses: 1,
  savedAt: '2026-01-02T03:04:05.000Z',
  shown: {},
})

test('quartiles lie between the values', () => {
  assert.deepEqual(quartiles([4, 1, 2, 3]), { low: 1.75, median: 2.5, high: 3.25 })
  assert.deepEqual(quartiles([7]), { low: 7, median: 7, high: 7 })
  assert.deepEqual(quartiles([]), { low: 0, median: 0, high: 0 })
})

test('each person’s effort is summed up; texts too long to compare do not count towards what was needed', () => {
  const [ann, bob] = effortByPerson([
    effort('bob', 5, 2, null),
    effort('ann', 10, 30, 10),
    effort('ann', 20, 10, 10),
    effort('ann', 30, 999, null),
  ])
  assert.deepEqual([ann!.annotator, ann!.items, ann!.activeSeconds], ['ann', 3, 60])
  assert.deepEqual([ann!.seconds.median, ann!.steps, ann!.perNeeded, ann!.longPauses], [20, 30, 2, 3])
  assert.equal(bob!.perNeeded, null)
})

test('the CSV has a row for each item and person', () => {
  assert.equal(
    csvOf(effortTable([{ ...effort('ann, b', 10, 30, null), shown: { draft: true } }])),
    'item,annotator,state,active_seconds,steps,characters,characters_needed,pauses_of_10_s,saved_at,' +
      'draft_by_chance,hints_by_chance\r\n' +
      'item_10,"ann, b",done,10.0,30,30,,1,2026-01-02T03:04:05.000Z,shown,\r\n',
  )
})
