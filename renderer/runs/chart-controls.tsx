/** The controls of all charts of a page: smoothing, the axes, and the values as a table. */
import { usePlace } from '../app/navigation.ts'
import { IconButton } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Slider } from '../ui/slider.tsx'
import { useChartLook } from './use-chart-look.ts'

/** @param hasTimes whether the time of every step is known */
export function ChartControls({ hasTimes }: { hasTimes: boolean }) {
  const look = useChartLook()
  const [, change] = usePlace()
  return (
    <div className="row wrap chart-controls">
      <span className="second">Smoothing</span>
      <Slider label="Smoothing" value={look.smoothing} onChange={look.setSmoothing} max={0.95} step={0.05} />
      {hasTimes && (
        <Segmented
          label="Axis"
          value={look.x}
          onChange={(x) => change({ x: x === 'seconds' ? 'time' : undefined, zoom: undefined })}
          segments={[
            { value: 'step', text: 'Steps' },
            { value: 'seconds', text: 'Time' },
          ]}
        />
      )}
      <Menu
        align="end"
        trigger={<IconButton icon="adjust" label="Axes" />}
        entries={[
          {
            text: 'Log axis',
            isChecked: look.isLog,
            run: () => change({ log: look.isLog ? undefined : '1' }),
          },
          { text: 'No smoothing', run: () => look.setSmoothing(0) },
          { text: 'Show all steps', keys: '0', isDisabled: !look.zoom, run: () => look.setZoom(null) },
        ]}
      />
      <IconButton
        icon="table"
        label="Values as a table"
        keys="t"
        isPressed={look.isTable}
        onClick={() => change({ table: look.isTable ? undefined : '1' })}
      />
    </div>
  )
}
