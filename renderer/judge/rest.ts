/** When a judge is offered a rest: after this many verdicts, judgements get worse. */

const restEvery = 40

export function isTimeToRest(judged: number): boolean {
  return judged > 0 && judged % restEvery === 0
}
