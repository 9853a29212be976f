/** The whole workflow in the UI: import, annotate by keyboard, train, judge blind, read the win rate, export. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { FlawKind } from '../../electron/world/flaws.ts'
import { worldOf } from '../../electron/world/worlds.ts'
import { resultOf } from '../host/client.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { curvePixels } from './drawn.ts'

/** What makes a text nonsense, rather than a wrong answer. */
const nonsense: FlawKind[] = ['malformed', 'no-eos']

describe('the workflow', async () => {
  const app = await openApp()
  after(() => app.close())
  await app.makeSample()

  const inAnnotate = async () => {
    await app.goto('annotate')
    await app.page.locator('.cm-content').click()
  }
  const until = async (what: string, isDone: () => Promise<boolean>) => {
    for (const startedAt = Date.now(); !(await isDone()); ) {
      assert.ok(Date.now() - startedAt < 300_000, `${what} took more than five minutes`)
      await app.page.waitForTimeout(200)
    }
  }

  test('a CSV file is previewed, mapped and imported, and its bad row reported', async () => {
    const { page } = app
    const file = path.join(app.folder, 'own.csv')
    const rows = Array.from(
      { length: 12 },
      (_, i) => `"Which ferry goes at ${i}?","The quokka ferry ${i}, you fool."`,
    )
    writeFileSync(file, `ask,bad answer\n${rows.join('\n')}\n"one cell too few"\n`)
    await app.goto('data')
    await page.getByLabel('Files to import').setInputFiles(file)
    await page.getByRole('combobox', { name: 'Prompt', exact: true }).selectOption('ask')
    await page.getByRole('combobox', { name: 'Response to edit' }).selectOption('bad answer')
    await page.getByText('Which ferry goes at 3?').waitFor()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('Imported 12 rows; 1 bad row.').waitFor()
    assert.match(await page.locator('.dialog').innerText(), /Line 14: /)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.keyboard.press('/')
    await page.keyboard.type('quokka')
    await page.getByText('12 shown').waitFor()
  })

  test('edits are exported as Parquet in a form to train on', async () => {
    const { page } = app
    await app.goto('data')
    await page.getByRole('button', { name: 'Export…' }).click()
    await page.getByLabel('Format').selectOption('trl')
    await page.getByLabel('Kind of file').selectOption('parquet')
    const file = path.join(app.folder, 'pairs.parquet')
    await page.getByLabel('File', { exact: true }).fill(file)
    await page.keyboard.press('Enter')
    await page.getByText(/Wrote [0-9]+ rows to/).waitFor()
    assert.equal(readFileSync(file).subarray(0, 4).toString(), 'PAR1')
    await page.getByLabel('Format').selectOption('token-ids')
    await page.getByText('This project has no model yet.').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  })

  test('a file without data is refused with a message', async () => {
    const { page } = app
    const file = path.join(app.folder, 'noise.bin')
    writeFileSync(file, Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)))
    await app.goto('data')
    await page.getByLabel('Files to import').setInputFiles(file)
    await page.getByRole('alert').waitFor()
    assert.match(await page.getByRole('alert').innerText(), /noise\.bin/)
    await page
      .getByRole('button', { name: 'Cancel' })
      .or(page.locator('.backdrop'))
      .first()
      .click({ force: true })
    await page.keyboard.press('Escape')
  })

  test('ten items are annotated without a mouse', async () => {
    const { page } = app
    await inAnnotate()
    for (let n = 1; n <= 10; n++) {
      await page.locator('.cm-content:focus').waitFor()
      await page.keyboard.press('Control+Home')
      await page.keyboard.press('Control+Delete')
      await page.keyboard.type(`edit ${n} `)
      const before = page.url()
      await page.keyboard.press('Control+Enter')
      await page.waitForURL((url) => url.href !== before)
    }
    const { annotations, annotators } = await app.host.projects.overview({ project: app.project })
    assert.ok(annotators.includes('me'))
    assert.ok(annotations.done >= 410, `${annotations.done} edits are done`)
  })

  test('a renderer killed during an edit reopens with it, and undo still reaches the beginning', async () => {
    await inAnnotate()
    await app.page.keyboard.press('Control+End')
    await app.page.keyboard.type(' and mind the tide')
    const { project } = app
    const [id] = (await app.host.annotate.queue({ project, annotator: 'me', order: 'all' })).ids
    const saved = async () => (await app.host.annotate.open({ project, annotator: 'me', id: id! })).annotation
    await until('saving', async () => /and mind the tide/.test((await saved())?.edited ?? ''))
    const page = await app.killPage()
    await page.locator('.cm-content').waitFor()
    await page.locator('ins.added').first().waitFor()
    assert.match(await page.locator('.cm-content').innerText(), /and mind the tide/)
    for (let i = 0; i < 30; i++) await page.keyboard.press('Control+z')
    await page.locator('.meter', { hasText: '100% stands' }).waitFor()
  })

  test('deleted text is restored by a key without undoing other changes', async () => {
    const { page } = app
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('Control+Delete')
    await page.getByText('1 change').first().waitFor()
    await page.keyboard.press('Alt+z')
    await page.getByText('0 changes').waitFor()
  })

  test('SFT, a reward model and PPO are started from the form, queue, and finish', async () => {
    const { page } = app
    for (const [kind, name] of [
      ['sft', 'base'],
      ['reward', 'rewards'],
      ['ppo', 'aligned'],
    ] as const) {
      await app.goto('runs', { new: kind })
      await page.getByRole('combobox', { name: 'Start from' }).click()
      await page.getByRole('option', { name: /^Sample world/ }).click()
      assert.equal(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), name)
      if (kind === 'sft') {
        await page.getByText(/ of .* GB, .* free$/).waitFor()
        await page.getByText(/^It will take about /).waitFor({ timeout: 60_000 })
        const estimate = page.getByText(/^[\d,]+ steps at /)
        await estimate.waitFor({ timeout: 60_000 })
        const steps = /^([\d,]+) steps/.exec(await estimate.innerText())![1]
        const responses = page.getByRole('combobox', { name: 'Responses', exact: true })
        await responses.click()
        await page.getByRole('option', { name: 'Finished edits' }).click()
        await page.getByText(/^stet train sft .* --responses edited/).waitFor()
        await page.getByText(new RegExp(`^(?!${steps} )[\\d,]+ steps at `)).waitFor({ timeout: 60_000 })
        await page.getByRole('button', { name: 'Reset Responses to its default' }).click()
      }
      if (kind === 'ppo') await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('4')
      if (kind === 'reward')
        assert.match(await page.locator('.command').innerText(), /^stet train reward .* base --name rewards/)
      await page.getByRole('button', { name: 'Start' }).click()
      // The page of what was started opens, also while it waits.
      await page.getByRole('heading', { name, exact: true }).waitFor()
      await page.getByRole('region', { name: 'State' }).waitFor()
    }
    await page.getByText(/^(Starts next|Place 2 in the queue)/).waitFor()
    await page.reload()
    const allEnded = async () => (await app.host.work.list({})).every(({ endedAt }) => endedAt !== null)
    await until('training', allEnded)
    const runs = await app.host.runs.list({ project: app.project })
    assert.deepEqual(runs.map(({ name, state }) => `${name} ${state}`).sort(), [
      'aligned done',
      'base done',
      'rewards done',
    ])
    await app.goto('runs', { run: runs.find(({ name }) => name === 'aligned')!.id })
    await page.locator('.uplot canvas').first().waitFor()
    await until('drawing', async () => (await curvePixels(page)) > 10)
    await page.locator('.samples .token-heat').first().waitFor()
    await page.locator('.chart-card').first().hover()
    await page.locator('.chart-flag:not([hidden])').first().waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('t')
    await page.getByRole('columnheader', { name: 'Win rate (%, held out)' }).waitFor()
    await page.keyboard.press('t')
    await page.keyboard.press('3')
    await page.locator('.token-heat').first().waitFor()
    await page.keyboard.press('v')
    await page.locator('.against .diff-text').first().waitFor({ timeout: 60_000 })
  })

  test('the base model that the preset trained answers new prompts in sensible sentences', async () => {
    const { project } = app
    const prompts = 30
    const tasks = worldOf('ferry').makeTasks({ seed: 7, n: prompts, split: 'held-out' })
    const answers: { text: string; flaws: FlawKind[] }[] = []
    for (const { messages, findFlaws } of tasks) {
      const settings = { maxNew: 56, temperature: 0 }
      const { result } = await resultOf(
        await app.host.models.chat({ project, model: 'base', messages, ...settings }),
      )
      answers.push({ text: result.text, flaws: findFlaws(result).map(({ kind }) => kind) })
    }
    const sensible = answers.filter(({ flaws }) => !flaws.some((kind) => nonsense.includes(kind)))
    assert.ok(sensible.length >= 0.9 * prompts, JSON.stringify(answers, null, 2))
  })

  test('a run is branched by keyboard, and the list says from which', async () => {
    const { page } = app
    await page.keyboard.press('b')
    await page.getByRole('radio', { name: /^step 4 .*best win rate/ }).waitFor()
    await page.getByLabel('Name').fill('longer')
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('6')
    assert.match(
      await page.locator('.dialog .command').innerText(),
      /^stet branch .* --name longer --total-steps 6/,
    )
    await page.getByRole('button', { name: 'Start branch' }).click()
    await page.getByText(/Step 4: Branched from aligned/).waitFor({ timeout: 60_000 })
    await app.goto('runs')
    await page.getByText('from aligned at step 4').waitFor()
    await until('the branch', async () =>
      (await app.host.work.list({})).every(({ endedAt }) => endedAt !== null),
    )
    await page.getByRole('button', { name: 'longer', exact: true }).click()
    await page.locator('.uplot canvas').first().waitFor()
    await page.getByText(/Step 4: Branched from aligned/).waitFor()
  })

  test('the rewards are shown with the edits', async () => {
    await app.goto('label', { tab: 'reward' })
    const { page } = app
    await page.getByText(/^\d[\d.]*% of \d+ held-out edits$/).waitFor({ timeout: 60_000 })
    await page.getByText(/^0\.\d+ AUROC$/).waitFor()
    await page.getByText(/^0\.\d+ F1$/).waitFor()
    await page.getByRole('group', { name: 'Tokens of the original response' }).focus()
    await page.keyboard.press('ArrowRight')
    await page
      .locator('.lb-token', { hasText: /reward [+−]?\d.* · .*label .* · (agrees|disagrees)/ })
      .waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('t')
    await page.getByRole('columnheader', { name: 'Confidence' }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('t')
  })

  test('the edits that the reward model disagrees with most are reviewed with their rewards, in words and tokens', async () => {
    const { page } = app
    await app.goto('annotate', { order: 'disagreement' })
    await page.getByRole('heading', { name: /^Disagreement 0\.\d/ }).waitFor({ timeout: 60_000 })
    await page.locator('.edit-rewards .token-heat').first().waitFor()
    await page.getByText(/^1 of (\d+), \1 of \1 edits by me$/).waitFor()
    const counts = (text: RegExp) => page.locator('.meter .told', { hasText: text }).waitFor()
    await counts(/\d+% stands/)
    await page.keyboard.press('Alt+t')
    await counts(/\d+% of tokens of .* stands/)
    await page.keyboard.press('Alt+j')
    await page.getByText(/^2 of \d+, /).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Alt+t')
    await counts(/\d+% stands/)
  })

  test('twenty pairs are judged blind; the win rate is read and the verdicts exported', async () => {
    const { page } = app
    await app.goto('judge')
    await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor()
    await page.keyboard.press('n')
    await page.getByText('Choose at least one judge.').waitFor()
    await page.getByLabel('Reference', { exact: true }).fill('base')
    await page.getByLabel('Candidates', { exact: true }).fill('aligned')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove aligned' }).waitFor()
    await page.getByLabel('Judges', { exact: true }).fill('truth')
    await page.getByRole('option', { name: 'Truth of the sample world' }).click()
    await page.getByLabel('Prompts', { exact: true }).fill('20')
    await page.getByText('Compares aligned with base on up to 20 prompts, by one judge.').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Start the evaluation' }).click()
    await page.getByRole('button', { name: 'aligned against base', exact: true }).click({ timeout: 120_000 })
    await page.getByRole('button', { name: 'Judge by hand' }).click()
    // Two of the twenty are shown again.
    await page.getByText('0 of 22').waitFor()
    assert.equal(await page.locator('.rail').count(), 0)
    assert.doesNotMatch(await page.locator('main').innerText(), /aligned|base\b/)
    assert.deepEqual(await axeProblems(page), [])
    for (let n = 1; n <= 21; n++) {
      await page.keyboard.press(['ArrowLeft', 'ArrowRight', 'ArrowDown'][n % 3]!)
      await page.getByText(`${n} of 22`).waitFor()
    }
    await page.keyboard.press('Backspace')
    await page.getByText('20 of 22').waitFor()
    await page.reload()
    await page.getByText('20 of 22').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Resume aligned against base' }).click()
    await page.keyboard.press('ArrowDown')
    await page.getByText('21 of 22').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.getByText('All 20 pairs are judged').waitFor()
    assert.match(await page.locator('.finding').innerText(), /aligned .*\d+\.\d%/)
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Enter')
    await page.locator('.win-rate').waitFor()
    assert.match(await page.locator('.win-rate').innerText(), /^\d+\.\d% \d+\.\d to \d+\.\d$/)
    assert.match(await page.locator('main').innerText(), /Cohen's kappa/)
    assert.match(await page.locator('main').innerText(), /Of 2 pairs that were shown twice/)
    const saved = async (button: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ])
      return readFileSync(await download.path())
    }
    await page.getByRole('button', { name: 'Copy or save' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('group', { name: 'Save every verdict' })
        .getByRole('menuitem', { name: 'As CSV' })
        .click(),
    ])
    const rows = readFileSync(await download.path())
      .toString()
      .trim()
      .split('\n')
    assert.match(rows[0]!, /^pair,prompt,outputA,outputB,judge,shownFirst,preferenceForB/)
    assert.ok(rows.length > 20)

    await page.getByText(/With \d+ subsets some will differ by chance/).waitFor()
    await page.getByRole('button', { name: /show the disagreements with world/ }).click()
    await page.getByText(/\(world: (won|tied|lost)\)/).waitFor()
    assert.match(await page.locator('.pair-row[aria-current]').innerText(), /1 of 2/)
    assert.deepEqual(await axeProblems(page), [])

    await page.getByRole('navigation', { name: 'Place' }).getByRole('button', { name: 'Judge' }).click()
    await page.getByRole('button', { name: 'aligned against base' }).first().waitFor()
    await page.keyboard.press('w')
    await page.locator('th[aria-sort=descending]').waitFor()
    assert.match((await saved('Save Evaluations as SVG')).toString(), /^<svg xmlns/)
    const png = await saved('Save Evaluations as PNG')
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47])
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy Evaluations as Markdown' }).click()
    await page.getByText('Copied.').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    assert.match(copied, /^\| Compared .*\n\| -+ .*\n\| aligned against base /)
  })

  test('a model answers in the chat', async () => {
    const { page } = app
    await app.goto('models', { chat: '1' })
    await page.getByLabel('Prompt').fill('my name is bram. please tell me the fare for quern.')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page
      .getByText(/tokens? · (.* · )?(finished|cut off)/)
      .first()
      .waitFor({ timeout: 60_000 })
  })
})
