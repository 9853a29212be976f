/** Whether a chart's curve is drawn on its canvas, not only its axes. */
import type { Page } from 'playwright'

/** @returns how many pixels of the page's charts have the colour of the first curve, the fewest of any chart */
export function curvePixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const pixelsOf = (canvas: HTMLCanvasElement) =>
      canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
    const charts = [...document.querySelectorAll<HTMLCanvasElement>('.uplot canvas')]
    const sample = document.createElement('canvas')
    const brush = sample.getContext('2d')!
    brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--run-1')
    brush.fillRect(0, 0, sample.width, sample.height)
    const wanted = pixelsOf(sample)
    const counts = charts.map((canvas) => {
      const data = pixelsOf(canvas)
      let pixels = 0
      for (let i = 0; i < data.length; i += 4)
        if ([0, 1, 2].every((k) => Math.abs(data[i + k]! - wanted[k]!) < 30) && data[i + 3]! > 200) pixels++
      return pixels
    })
    return Math.min(...counts)
  })
}
