/** A text split into tokens, as every stage and the renderer represent it. */

/** Token ids and, for each, its characters in the original text: UTF-16 units, half open. */
export interface Encoding {
  ids: number[]
  offsets: [start: number, end: number][]
}
