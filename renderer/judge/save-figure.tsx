/** Saves a figure of the results as the host draws it: SVG, or PNG at twice the size. */
import { useMutation } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { saveFile } from '../app/save-file.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'

const pixelsPerPoint = 2

/** @param name of a figure that `judge.figures` returns */
export function SaveFigure({ name, title }: { name: string; title: string }) {
  const project = useProject()
  const save = useMutation({
    mutationFn: async (format: 'svg' | 'png') => {
      const figure = (await host.judge.figures({ project })).find((each) => each.name === name)
      if (!figure) throw new Error(`There are no results to draw for “${title}” yet.`)
      const svg = new Blob([figure.svg], { type: 'image/svg+xml' })
      saveFile(`${name}.${format}`, format === 'svg' ? svg : await pngOf(figure.svg))
    },
  })
  return (
    <span className="row wrap table-tools">
      <span className="quiet">Save as</span>
      {(['svg', 'png'] as const).map((format) => (
        <Button
          key={format}
          kind="quiet"
          disabled={save.isPending}
          aria-label={`Save ${title} as ${format.toUpperCase()}`}
          onClick={() => save.mutate(format)}
        >
          {format.toUpperCase()}
        </Button>
      ))}
      <Problem error={save.error} />
    </span>
  )
}

/** @throws Error if the picture can't be drawn */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = pixelsPerPoint * image.width
  canvas.height = pixelsPerPoint * image.height
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((png) =>
      png ? resolve(png) : reject(new Error('The picture is too large for a PNG. Save it as SVG.')),
    )
  })
}
