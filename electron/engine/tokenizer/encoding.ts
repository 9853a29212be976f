/** A text cut into tokens: what every stage and the page mean by it. */

/** Token ids and, for each, its characters in the original text: UTF-16 units, half open. */
export interface Encoding {
  ids: number[]
  offsets: [start: number, end: number][]
}
