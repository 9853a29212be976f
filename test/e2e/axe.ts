/** Accessibility problems that axe finds on the page, of the kinds that lock users out. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'

/**
 * @param without rules that do not apply in the state that is tested; say why there
 * @returns one line per serious or critical issue and element
 */
export async function axeProblems(page: Page, without: string[] = []): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(without).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}: ${help}`))
}
