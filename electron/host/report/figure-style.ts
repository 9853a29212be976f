/** The style of figures: rules for the report's style sheet, and the same with plain colours for separate SVG files. */

interface FigureColours {
  paper: string
  ink: string
  soft: string
  grid: string
  /** Grey for the reference, then one per arm. */
  series: string[]
}

const light: FigureColours = {
  paper: '#fdfdfc',
  ink: '#1c1d1f',
  soft: '#5d6066',
  grid: '#ececE7',
  series: ['#7b7f86', '#0072b2', '#d55e00', '#00875f', '#b0568a', '#a87400', '#3d9bd1'],
}
const dark: FigureColours = {
  paper: '#16181b',
  ink: '#e6e6e3',
  soft: '#9ea3ab',
  grid: '#272a2f',
  series: ['#9aa0a8', '#56a9e4', '#f08b4a', '#3cc59a', '#e09bc4', '#e5b94a', '#93d2f5'],
}

function variablesOf({ series, ...colours }: FigureColours): [name: string, colour: string][] {
  return [...Object.entries(colours), ...series.map((colour, i): [string, string] => [`series-${i}`, colour])]
}

const declared = (colours: FigureColours) =>
  variablesOf(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ')

/** Custom properties for `:root`. */
export const figureVariables = { light: declared(light), dark: declared(dark) }

export const sans =
  'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

const rules = `svg text { font-family: var(--sans); font-variant-numeric: tabular-nums; fill: var(--soft); font-size: 11.5px; }
.grid { stroke: var(--grid); } .axis { stroke: var(--soft); stroke-opacity: 0.6; }
.even { stroke: var(--ink); stroke-opacity: 0.55; stroke-dasharray: 3 3; }
.bar .even { stroke-dasharray: none; }
.line { fill: none; stroke: var(--color); stroke-width: 1.8; stroke-linejoin: round; }
.band { fill: var(--color); opacity: 0.13; } .fill { fill: var(--color); opacity: 0.22; }
.whisker { stroke: var(--color); stroke-width: 1.6; fill: none; }
.marker { fill: var(--color); stroke: var(--paper); stroke-width: 1; } .hollow { fill: var(--paper); stroke: var(--color); stroke-width: 1.6; }`

/** `--color` is the colour of the series. */
export const figureRules = `${light.series.map((_, i) => `.series-${i} { --color: var(--series-${i}); }`).join(' ')}
${rules}`

/** The rules on white, without custom properties, which few programs other than browsers support. */
export const pictureRules = [...rules.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
  .flatMap(([, selector = '', body = '']) =>
    body.includes('--color')
      ? light.series.map((colour, i) => [
          `.series-${i} ${selector.trim()}`,
          body.replaceAll('var(--color)', colour),
        ])
      : [[selector.trim(), body]],
  )
  .map(([selector, body]) => `${selector} {${withColours(body!)}}`)
  .join('\n')

function withColours(body: string): string {
  const values = new Map([...variablesOf({ ...light, paper: '#ffffff' }), ['sans', sans]])
  return body.replace(/var\(--([a-z]+)\)/g, (_, name: string) => values.get(name)!)
}
