/** Okabe and Ito's colours, distinguishable with every common colour blindness, in the order in which runs use them. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#A09000']

export function colourOf(index: number): string {
  return colours[index % colours.length]!
}
