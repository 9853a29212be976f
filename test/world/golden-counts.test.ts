/** How many flaws of each kind the clerks make and each editor leaves: a change of these worlds changes every result. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorldName } from '../../electron/contract/worlds.ts'
import { drawsOf } from '../../electron/world/draws.ts'
import { type EditorName, editors } from '../../electron/world/editors.ts'
import { worldOf } from '../../electron/world/worlds.ts'

type Counts = Record<string, number>

const golden: Record<WorldName, Record<'clerks' | EditorName, Counts>> = {
  ferry: {
    clerks: {
      'bad-name': 138,
      hedge: 376,
      missing: 348,
      'no-closing': 103,
      'off-topic': 70,
      outdated: 701,
      repeat: 383,
      rude: 312,
      wrong: 556,
    },
    perfect: {},
    careful: {
      'bad-name': 25,
      hedge: 19,
      missing: 44,
      'no-closing': 6,
      'off-topic': 9,
      outdated: 104,
      repeat: 19,
      rude: 7,
      wrong: 93,
    },
    hasty: {
      'bad-name': 84,
      hedge: 100,
      missing: 188,
      'no-closing': 22,
      'off-topic': 22,
      outdated: 414,
      repeat: 93,
      rude: 82,
      wrong: 324,
    },
    stylist: {
      'bad-name': 44,
      hedge: 47,
      missing: 104,
      'no-closing': 14,
      'off-topic': 12,
      outdated: 205,
      repeat: 34,
      rude: 20,
      wrong: 172,
    },
  },
  forms: {
    clerks: {
      'bad-name': 138,
      missing: 382,
      'no-closing': 105,
      'off-topic': 78,
      'out-of-order': 243,
      repeat: 170,
      rude: 305,
      'short-sum': 619,
      wrong: 419,
      'wrong-count': 533,
      'wrong-unit': 873,
    },
    perfect: {},
    careful: {
      'bad-name': 25,
      missing: 58,
      'no-closing': 7,
      'off-topic': 3,
      'out-of-order': 35,
      repeat: 8,
      rude: 18,
      'short-sum': 105,
      wrong: 66,
      'wrong-count': 85,
      'wrong-unit': 112,
    },
    hasty: {
      'bad-name': 84,
      malformed: 3,
      missing: 232,
      'no-closing': 27,
      'off-topic': 19,
      'out-of-order': 133,
      repeat: 39,
      rude: 78,
      'short-sum': 390,
      wrong: 259,
      'wrong-count': 318,
      'wrong-unit': 524,
    },
    stylist: {
      'bad-name': 44,
      malformed: 2,
      missing: 114,
      'no-closing': 13,
      'off-topic': 8,
      'out-of-order': 70,
      repeat: 14,
      rude: 37,
      'short-sum': 210,
      wrong: 125,
      'wrong-count': 165,
      'wrong-unit': 254,
    },
  },
}

function countsOf(name: WorldName): Record<'clerks' | EditorName, Counts> {
  const tasks = worldOf(name).makeTasks({ seed: 1, n: 1000, split: 'train' })
  const texts = tasks.map((task, i) => task.write(drawsOf({ seed: 1, stream: 'golden' }, i)).text)
  const count = (shown: string[]) => {
    const kinds = shown.flatMap((text, i) =>
      tasks[i]!.findFlaws({ text, ended: true }).map(({ kind }) => kind),
    )
    return Object.fromEntries(
      [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]),
    )
  }
  const edited = Object.entries(editors).map(([editor, care]) => {
    const edit = (text: string, i: number) =>
      tasks[i]!.edit(text, { draws: drawsOf({ seed: 1, stream: 'golden/edits' }, i), care })
    return [editor, count(texts.map(edit))]
  })
  return { clerks: count(texts), ...Object.fromEntries(edited) }
}

for (const name of ['ferry', 'forms'] as const)
  test(`flaws of 1,000 answers of ${name}, by kind, as the clerks make them and as each editor leaves them`, () => {
    assert.deepEqual(countsOf(name), golden[name])
  })
