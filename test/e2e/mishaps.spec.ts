/** What can go wrong: hostile files and responses, a dropped folder, a trainer crash. Each is reported, none does harm. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { VerbName } from '../../electron/contract/verbs.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

const questions = Array.from({ length: 60 }, (_, i) => `Which ferry goes at ${i}?`)
const hostile =
  'Mine. <script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"> ' +
  '![a map](http://pictures.invalid/map.png) [go](javascript:window.hacked=3)'

describe('mishaps', async () => {
  const app = await openApp()
  after(() => app.close())
  await app.makeSample()

  const write = (name: string, content: string | Buffer) => {
    const file = path.join(app.folder, name)
    writeFileSync(file, content)
    return file
  }
  const writeRows = (name: string, rows: readonly object[]) =>
    write(name, rows.map((row) => JSON.stringify(row)).join('\n'))
  const perform = async (verb: VerbName, input: object) => {
    const { id } = await app.host.work.start(StartWork.parse({ verb, input }))
    for await (const _ of await app.host.work.watch({ id }));
    const { error } = await app.host.work.get({ id })
    assert.equal(error, null)
  }

  test('a dropped folder is not taken for a file', async () => {
    await app.goto('data')
    await app.page.locator('#main').evaluate((view) => {
      // A script cannot drop a real folder: this is what a browser gives for one.
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([], 'letters'))
      const entry = { isDirectory: true } as FileSystemEntry
      DataTransferItem.prototype.webkitGetAsEntry = () => entry
      view.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer }))
    })
    await app.page.getByText('letters is a folder. Open it and drop the files it contains.').waitFor()
    await app.page.reload()
  })

  for (const [what, name, content, message] of [
    ['brackets without end', 'deep.json', '['.repeat(2_000_000), /the array is not closed/],
    ['a line of 30 MB', 'line.jsonl', `{"prompt": "${'a'.repeat(30_000_000)}`, /longer than 16 MiB/],
    ['a name that claims to be gzip', 'packed.jsonl.gz', 'not gzip at all', /packed\.jsonl\.gz has no rows/],
    [
      'a broken archive',
      'cut.jsonl.gz',
      Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
      /damaged or truncated gzip/,
    ],
  ] as const) {
    test(`${what}: refused with a message, and the UI still works`, async () => {
      await app.goto('data')
      await app.page.getByLabel('Files to import').setInputFiles(write(name, content))
      await app.page.locator('.dialog').getByText(message).last().waitFor({ timeout: 60_000 })
      await app.page.keyboard.press('Escape')
      assert.ok((await app.host.projects.overview({ project: app.project })).items > 0)
    })
  }

  test('scripts, pictures and links in responses do nothing in a blind comparison', async () => {
    const asked: string[] = []
    app.page.on('request', (request) => asked.push(request.url()))
    const { project } = app
    const items = questions.map((prompt) => ({ prompt, rejected: 'No.', chosen: 'Yes.' }))
    const outputs = (output: string) => questions.map((instruction) => ({ instruction, output }))
    await perform('import', { project, files: [writeRows('asked.jsonl', items)], dataset: 'asked' } as never)
    const sides = {
      reference: writeRows('plain.jsonl', outputs('Plainly said.')),
      candidate: writeRows('hostile.jsonl', outputs(hostile)),
    }
    await perform('judge', { project, ...sides, judge: 'length:shorter', datasets: ['asked'] } as never)
    const [evaluation] = await app.host.judge.list({ project })
    const blind = await app.host.judge.startBlind({ project, evaluation: evaluation!.id, judge: 'me' })
    await app.goto('judge', { blind: blind.id })
    await app.page.getByText('[picture: a map]').waitFor()
    await app.page.getByText('go', { exact: true }).click()
    assert.equal(await app.page.evaluate(() => (window as { hacked?: number }).hacked), undefined)
    assert.deepEqual(await axeProblems(app.page), [])
    await app.goto('judge', { evaluation: evaluation!.id })
    await app.page.locator('.one-pair-side', { hasText: 'window.hacked = 1' }).waitFor()
    assert.equal(await app.page.evaluate(() => (window as { hacked?: number }).hacked), undefined)
    assert.deepEqual(await axeProblems(app.page), [])
    assert.deepEqual(
      asked.filter((url) => /pictures\.invalid|\/x$/.test(url)),
      [],
    )
  })

  test('failed work is reported in its view until it is dismissed', async () => {
    const { page, project } = app
    const input = { project, reference: 'missing', candidate: 'absent', judge: 'length:shorter' }
    await app.goto('judge')
    await app.host.work.start({ verb: 'judge', input })
    const alert = page.getByRole('alert').filter({ hasText: 'judge failed' })
    await alert.getByText(/"missing" is neither a model/).waitFor()
    await app.host.work.start({ verb: 'train sft', input: { project, model: 'missing', name: 'lost' } })
    await app.goto('runs')
    await page.getByText(/train sft lost failed: .*missing/).waitFor()
    await app.goto('judge')
    await alert.getByRole('button', { name: 'Dismiss' }).click()
    await alert.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor()
    assert.equal(await alert.count(), 0)
  })

  test('a crash of the trainer is reported, and the run can be resumed to its end', async () => {
    const { page, project } = app
    const config = { epochs: 1, batchSize: 32, maxQueryTokens: 64, maxResponseTokens: 64, checkpointEvery: 5 }
    const input = { project, model: 'world', name: 'base', config }
    const { id } = await app.host.work.start({ verb: 'train sft', input })
    for await (const event of await app.host.work.watch({ id }))
      if (event.type === 'step' && event.step >= 8) break
    const [run] = await app.host.runs.list({ project })
    await app.goto('runs', { run: run!.id })
    await page.getByRole('button', { name: /^Pause/ }).waitFor()
    const trainer = execFileSync('pgrep', ['-P', String(app.hostPid)], { encoding: 'utf8' }).trim()
    process.kill(Number(trainer), 'SIGKILL')
    await page
      .getByText(/trainer (process )?(died|ended|was)/i)
      .first()
      .waitFor()
    await page.getByRole('button', { name: /^Resume/ }).click()
    await page.locator('.rail .job').getByText('base', { exact: true }).waitFor()
    await page.locator('.how-far .pill.done').waitFor({ timeout: 120_000 })
    assert.deepEqual(await axeProblems(page), [])
    const { series } = await app.host.runs.series({ project, run: run!.id })
    const steps = series['sft/loss']!.map(([step]) => step)
    assert.deepEqual(
      steps,
      Array.from(steps, (_, i) => i + 1),
      'every step is recorded once',
    )
  })
})
