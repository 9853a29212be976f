/** How the charts of a page are drawn, kept in its address: smoothing, axes, the part that is shown, or a table. */
import { usePlace } from '../app/navigation.ts'

const defaultSmoothing = 0.6

export function useChartLook() {
  const [place, change] = usePlace()
  const [from, to] = (place.zoom ?? '').split(',').map(Number)
  const isZoomed = from !== undefined && to !== undefined && to > from
  return {
    smoothing: place.smooth === undefined ? defaultSmoothing : Number(place.smooth),
    isLog: place.log === '1',
    isTable: place.table === '1',
    x: place.x === 'time' ? ('seconds' as const) : ('step' as const),
    zoom: isZoomed ? ([from, to] as const) : null,
    setZoom: (zoom: readonly [number, number] | null) =>
      change({ zoom: zoom === null ? undefined : zoom.join() }, { replace: true }),
    setSmoothing: (smoothing: number) => change({ smooth: String(smoothing) }, { replace: true }),
  }
}
