import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { Lab } from '../../../electron/host/context.ts'
import { dataHandlers } from '../../../electron/host/data/handlers.ts'
import { handlerContext } from '../../../electron/host/handler-context.ts'
import { WorkBoard } from '../../../electron/host/work/work-board.ts'

test('a defect becomes one sentence, with a report that names the place and quotes nothing', async () => {
  const lab = {
    openProject() {
      throw new TypeError('the diary of Ann, in /home/ann/diary.stet, is not a function')
    },
  } as unknown as Lab
  const data = dataHandlers(handlerContext(lab, new WorkBoard(lab)))
  const client = createRouterClient({ data })
  await assert.rejects(client.data.page({ project: '/home/ann/diary.stet' }), (error: unknown) => {
    const { code, message, data } = error as { code: string; message: string; data: { report: string } }
    assert.equal(code, 'INTERNAL_SERVER_ERROR')
    assert.match(message, /^Unexpected error/)
    assert.match(data.report, /^Stet \d+\.\d+\.\d+, Node .*\nTypeError in data\.page\n/)
    assert.match(data.report, /at electron\/host\/data\/handlers\.ts:\d+/)
    assert.doesNotMatch(data.report + message, /ann|diary/i)
    return true
  })
})
