import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { Lab } from '../../../electron/host/context.ts'
import type { LabRouter } from '../../../electron/host/lab.ts'
import { openPage } from '../../../electron/host/router.ts'

test('A defect is told in a sentence, with a report that names the place and quotes nothing.', async () => {
  const lab = {
    openProject() {
      throw new TypeError('the diary of Ann, in /home/ann/diary.stet, is not a function')
    },
  } as unknown as Lab
  const { router } = openPage(lab, {} as LabRouter)
  const client = createRouterClient({ items: router.items })
  await assert.rejects(client.items.page({ project: '/home/ann/diary.stet' }), (error: unknown) => {
    const { code, message, data } = error as { code: string; message: string; data: { report: string } }
    assert.equal(code, 'INTERNAL_SERVER_ERROR')
    assert.match(message, /should not/)
    assert.match(data.report, /^Stet \d+\.\d+\.\d+, Node .*\nTypeError in items\.page\n/)
    assert.match(data.report, /at electron\/host\/page\/items\.ts:\d+/)
    assert.doesNotMatch(data.report + message, /ann|diary/i)
    return true
  })
})
