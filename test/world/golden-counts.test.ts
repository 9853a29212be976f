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
      misread: 161,
      missing: 402,
      'no-closing': 97,
      'off-topic': 51,
      'out-of-order': 229,
      repeat: 138,
      rude: 284,
      'short-sum': 476,
      wrong: 492,
      'wrong-count': 542,
      'wrong-unit': 733,
    },
    perfect: {},
    careful: {
      'bad-name': 25,
      misread: 29,
      missing: 66,
      'no-closing': 7,
      'off-topic': 4,
      'out-of-order': 28,
      repeat: 6,
      rude: 11,
      'short-sum': 75,
      wrong: 77,
      'wrong-count': 92,
      'wrong-unit': 110,
    },
    hasty: {
      'bad-name': 84,
      misread: 98,
      missing: 238,
      'no-closing': 32,
      'off-topic': 11,
      'out-of-order': 128,
      repeat: 27,
      rude: 72,
      'short-sum': 283,
      wrong: 310,
      'wrong-count': 328,
      'wrong-unit': 441,
    },
    stylist: {
      'bad-name': 44,
      malformed: 1,
      misread: 51,
      missing: 122,
      'no-closing': 6,
      'off-topic': 6,
      'out-of-order': 58,
      repeat: 12,
      rude: 24,
      'short-sum': 152,
      wrong: 164,
      'wrong-count': 173,
      'wrong-unit': 220,
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
