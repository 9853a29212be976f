/** Whether every control of the page is reachable at the window's size. */
import type { Page } from 'playwright'

/** Pixels by which the page is wider than the window; 0 if nothing scrolls sideways. */
export function widerThanWindow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return Math.max(0, scrollWidth - clientWidth)
  })
}

/** @returns names of controls that are covered or cut off even when scrolled to */
export function unreachable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea')]
    return controls
      .filter((control) => control.checkVisibility() && !isReachable(control))
      .map((control) => control.ariaLabel || control.textContent?.trim() || control.outerHTML.slice(0, 80))

    function isReachable(control: HTMLElement): boolean {
      control.scrollIntoView({ block: 'center', inline: 'center' })
      const { x, y, width, height } = control.getBoundingClientRect()
      if (width <= 1 || height <= 1) return true // hidden on purpose; its label is visible
      const there = document.elementFromPoint(x + width / 2, y + height / 2)
      return there !== null && (control.contains(there) || there.contains(control) === isLabel(there))
    }
    function isLabel(element: Element): boolean {
      // A slider's thumb holds its control, as a label does.
      return element.tagName === 'LABEL' || element.matches('.slider-thumb')
    }
  })
}
