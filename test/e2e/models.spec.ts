/** The view Models: descent, facts, names, and conversations with models that can be kept as data. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { StartWork } from '../../electron/contract/work.ts'
import { writeRewardCard } from '../../electron/pipeline/reward/card.ts'
import { toyTokenizer, writeToyModel } from '../invariant/toy.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

describe('the view Models', async () => {
  const app = await openApp()
  const { page } = app
  after(() => app.close())
  const project = await app.makeSample()
  const node = (name: string) =>
    page.getByRole('list', { name: 'Models by descent' }).getByRole('button', { name })

  before(async () => {
    const config = { epochs: 1, maxSteps: 3, batchSize: 16, maxQueryTokens: 64, maxResponseTokens: 64 }
    for (const [model, name] of [
      ['world', 'first'],
      ['first', 'second'],
    ]) {
      const input = { project, model, name, config }
      const { id } = await app.host.work.start(StartWork.parse({ verb: 'train sft', input }))
      for await (const _ of await app.host.work.watch({ id }));
    }
    const rewards = await writeToyModel(path.join(app.folder, 'rewards'), { scored: true })
    const card = { scheme: 'bt-changed', keptMean: 0, tokenizerHash: toyTokenizer().hash } as const
    await writeRewardCard(rewards, card)
    await app.host.models.importModel({ project, path: rewards, name: 'rewards' })
    for (const [seed, name] of ['left', 'right'].entries()) {
      const toy = await writeToyModel(path.join(app.folder, name), { seed: seed + 2 })
      await app.host.models.importModel({ project, path: toy, name })
    }
    await app.goto('models')
  })

  test('models stand under those that they were trained from, with the facts of the current one', async () => {
    await node('second').click()
    const names = await page.locator('.tree-name > :first-child').allInnerTexts()
    assert.deepEqual(names, ['first', 'second', 'rewards', 'left', 'right'])
    const facts = page.getByRole('region', { name: 'About second' })
    assert.match(await facts.innerText(), /Trained by\s+SFT, step 3[\s\S]*From\s+first[\s\S]*Fingerprint/)
    await node('second').press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'About first' }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await facts.waitFor({ state: 'detached' })
    await node('second').click()
    await facts.getByRole('button', { name: 'SFT, step 3' }).click()
    await page.waitForURL(/\/runs\?run=/)
    await app.goto('models')
  })

  test('two models answer several turns by keyboard alone, and a turn is answered again', async () => {
    await node('left').click()
    await page.getByRole('button', { name: 'Compare with another' }).press('Enter')
    await page.getByRole('combobox', { name: 'Second model' }).waitFor()
    await page.getByRole('textbox', { name: 'Longest answer' }).fill('12')
    const prompt = page.getByRole('textbox', { name: 'Prompt' })
    const finished = page.getByRole('button', { name: 'Answer again' })
    for (const text of ['what is the fare?', 'and by night?']) {
      await prompt.fill(text)
      await prompt.press('Enter')
      await page.getByText(text).first().waitFor()
      await finished.waitFor({ timeout: 60_000 })
    }
    assert.equal(await page.locator('.chat-answer').count(), 4)
    assert.equal(await prompt.inputValue(), '')
    assert.deepEqual(await page.locator('.chat [role=alert]').allInnerTexts(), [])
    const before = await page.locator('.chat-answer .read').allInnerTexts()
    await prompt.press('Alt+r')
    await page
      .getByText(/waiting for its turn|writing|opening the model/)
      .first()
      .waitFor()
    await finished.waitFor({ timeout: 60_000 })
    const again = await page.locator('.chat-answer .read').allInnerTexts()
    assert.deepEqual(again.slice(0, 2), before.slice(0, 2))
    assert.notDeepEqual(again.slice(2), before.slice(2))
    await page.getByRole('button', { name: 'Show differences' }).click()
    await page.locator('mark.differs').first().waitFor()
    assert.deepEqual(await axeProblems(page), [])
  })

  test('the conversation is still there after another view', async () => {
    await app.goto('data')
    await app.goto('models')
    await page.getByText('and by night?').waitFor()
    assert.equal(await page.locator('.chat-answer').count(), 4)
  })

  test('a better answer is kept as a pair, which can be undone, and an answer opens in Annotate', async () => {
    await page.goto(`${page.url().split('?')[0]}?left=left&right=right`)
    await page.getByRole('combobox', { name: 'Second model' }).waitFor()
    const count = async () => (await app.host.projects.overview({ project })).items
    const items = await count()
    const answers = await page.locator('.chat-turn').last().locator('.read').allInnerTexts()
    await page.keyboard.press('Alt+2')
    await page.getByText('the right answer is better').waitFor()
    const newest = { sort: 'imported', isDescending: true } as const
    const [row] = (await app.host.data.page({ project, query: newest, limit: 1 })).rows
    const { item } = await app.host.data.get({ project, id: row!.id })
    assert.deepEqual(
      item.prompt.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    )
    assert.deepEqual(
      [item.rejected?.trim(), item.chosen?.trim()],
      answers.map((text) => text.trim()),
    )
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Left is better' }).waitFor()
    assert.equal(await count(), items)
    await page.getByRole('button', { name: 'Edit this answer' }).last().click()
    await page.waitForURL(/annotate\?item=/)
    await page.locator('.cm-content').waitFor()
    assert.equal(await count(), items + 1)
    await app.goto('models')
  })

  test('answers are tinted by a reward model', async () => {
    await page.getByRole('button', { name: 'Tint by reward' }).click()
    const tokens = page.getByRole('group', { name: 'Tokens by reward' })
    await tokens.first().waitFor({ timeout: 60_000 })
    await tokens.first().focus()
    await page.keyboard.press('ArrowRight')
    await page.getByText(/” {2}reward −?\d/).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Hide the reward' }).click()
    await tokens.first().waitFor({ state: 'detached' })
  })

  test('a model is renamed where it is used, and removed with its files after a question', async () => {
    await node('second').click()
    await page.keyboard.press('r')
    await page.getByRole('dialog').getByLabel('Name').fill('first')
    await page.keyboard.press('Enter')
    await page.getByText('already has a model "first"').waitFor()
    await page.getByRole('dialog').getByLabel('Name').fill('third')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'About third' }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    const { path: file } = (await app.host.models.list({ project })).find(({ name }) => name === 'third')!
    await page.keyboard.press('Delete')
    await page.getByText(/Its files in the project are deleted/).waitFor()
    await page.getByRole('button', { name: 'Keep it' }).click()
    assert.ok(existsSync(file))
    await page.keyboard.press('Delete')
    await page.getByRole('button', { name: 'Remove third' }).click()
    await node('third').waitFor({ state: 'detached' })
    assert.ok(!existsSync(file))
  })
})
