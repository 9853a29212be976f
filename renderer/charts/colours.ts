/** The colours of runs, in the order in which runs use them: far apart with every common colour blindness. */

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
