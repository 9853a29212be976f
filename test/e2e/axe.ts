/** What axe finds wrong with the page as it stands, of the kinds that keep someone out. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'

/** @returns a line for each serious or critical issue and place */
export async function axeProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}: ${help}`))
}
