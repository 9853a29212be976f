/** A value at which something happens to a run, drawn as a line. */
export interface ChartLimit {
  value: number
  /** `pauses at 6` */
  words: string
  /** Whether it is pointed to while it is out of sight. */
  isPointedTo?: boolean
}
