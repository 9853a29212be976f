/** Accessibility problems that axe finds on the page, of the kinds that lock users out. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'

/** @returns one line per serious or critical issue and element */
export async function axeProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}: ${help}`))
}
