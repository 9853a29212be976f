/** Whether a chart's curve is drawn on its canvas, not only its axes. */
import type { Page } from 'playwright'

/** @returns how many pixels of the page's charts have the colour of the first curve, the fewest of any chart */
export function curvePixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const counts = [...document.querySelectorAll<HTMLCanvasElement>('.uplot canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let pixels = 0
      for (let i = 0; i < data.length; i += 4)
        if (data[i]! < 40 && Math.abs(data[i + 1]! - 114) < 30 && Math.abs(data[i + 2]! - 178) < 30) pixels++
      return pixels
    })
    return Math.min(...counts)
  })
}
