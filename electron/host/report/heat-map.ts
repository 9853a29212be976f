/** Token rewards as the background colour of the text: orange below zero, blue above; numbers on hover and in a table. */
import type { ResultRecord, RewardedToken } from '../../contract/report.ts'
import { html, type Markup } from './markup.ts'
import { compact, signed } from './numbers.ts'

type TokenRewards = ResultRecord['tokenRewards'][number]

const labelWords = { '-1': 'deleted', '0': 'kept', '1': 'inserted' } as const
const sideWords = { rejected: 'Rejected', edited: 'Edited', response: 'Response' } as const

function labelWord(label: number | null): string {
  return label === null ? '' : labelWords[String(label) as keyof typeof labelWords]
}

/** Class and strength (0 to 1) of a value's colour on a scale from −limit to +limit. */
export function tint(value: number, limit: number): { side: 'above' | 'below'; strength: string } {
  const strength = limit === 0 ? 0 : Math.min(1, Math.abs(value) / limit)
  return { side: value < 0 ? 'below' : 'above', strength: strength.toFixed(2) }
}

/** Marks line ends, so that the colour of a newline can be seen. */
function visible(text: string): string {
  return text.replaceAll('\n', '↵\n')
}

function token({ text, reward, label }: RewardedToken, limit: number): Markup {
  const { side, strength } = tint(reward, limit)
  const mark = label === -1 ? ' struck' : label === 1 ? ' added' : ''
  const title = [signed(reward, 2), labelWord(label)].filter((part) => part !== '').join(', ')
  return html`<span class="token ${side}${mark}" style="--strength:${strength}" title="${title}">${visible(text)}</span>`
}

function tokenTable(tokens: readonly RewardedToken[]): Markup {
  return html`<details><summary>Numbers</summary><div class="scroll"><table class="tokens"><thead><tr><th scope="col">Token</th><th scope="col" class="number">Reward</th><th scope="col">Edit</th></tr></thead><tbody>${tokens.map(
    ({ text, reward, label }) =>
      html`<tr><td><code>${visible(text)}</code></td><td class="number">${signed(reward, 3)}</td><td>${labelWord(label)}</td></tr>`,
  )}</tbody></table></div></details>`
}

function legend(limit: number): Markup {
  const stops = [-1, -0.5, 0, 0.5, 1].map((part) => part * limit)
  return html`<p class="scale"><span>penalised</span>${stops.map((value) => {
    const { side, strength } = tint(value, limit)
    return html`<span class="token ${side}" style="--strength:${strength}">${signed(value, compact(limit).includes('.') ? 2 : 1)}</span>`
  })}<span>rewarded</span><span class="key"><span class="token struck">deleted</span> by the annotator</span><span class="key"><span class="token added">inserted</span> by the annotator</span></p>`
}

function text({ side, tokens }: TokenRewards, limit: number): Markup {
  return html`<div class="heat"><h4>${sideWords[side]}</h4><p class="text">${tokens.map((part) => token(part, limit))}</p>${tokenTable(tokens)}</div>`
}

/** All texts of one reward model on one scale, with a legend. */
export function heatMaps(rewardModel: string, texts: readonly TokenRewards[]): Markup {
  const limit = Math.max(0, ...texts.flatMap(({ tokens }) => tokens.map(({ reward }) => Math.abs(reward))))
  const byPrompt = Map.groupBy(texts, ({ prompt }) => prompt)
  return html`<h3>${rewardModel}</h3>${legend(limit)}${[...byPrompt].map(
    ([prompt, sides]) =>
      html`<div class="prompted"><p class="prompt">${prompt}</p><div class="sides">${sides.map((side) => text(side, limit))}</div></div>`,
  )}`
}
