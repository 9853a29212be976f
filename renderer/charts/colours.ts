/** The colours and dashes of runs, in the order in which runs use them: far apart with every common colour blindness. */

const runColours = 6

function nameOf(index: number): string {
  return `--run-${(index % runColours) + 1}`
}

/** @returns a colour for CSS */
export function colourOf(index: number): string {
  return `var(${nameOf(index)})`
}

/** @returns a colour for a canvas, which knows no variables: that of the present theme */
export function drawnColourOf(style: CSSStyleDeclaration, index: number): string {
  return style.getPropertyValue(nameOf(index))
}

/** In CSS pixels; none is a solid line. Each has a swatch of the same look. */
const dashes = [
  { dash: [], swatch: '' },
  { dash: [8, 4], swatch: 'dash' },
  { dash: [2, 3], swatch: 'dot' },
  { dash: [10, 3, 2, 3], swatch: 'dash-dot' },
] as const

export function dashOf(index: number): number[] {
  return [...dashes[index % dashes.length]!.dash]
}

/** @returns the class of the swatch */
export function swatchOf(index: number): string {
  return dashes[index % dashes.length]!.swatch
}
