/** Everything that the host can be asked for: the verbs of the command line, and what only a UI needs, by subject. */
import { annotate } from './annotate.ts'
import { data } from './data.ts'
import { judge } from './judge.ts'
import { label } from './label.ts'
import { machine } from './machine.ts'
import { models } from './models.ts'
import { projects } from './projects.ts'
import { runs } from './runs.ts'
import { train } from './train.ts'
import { verbs } from './verbs.ts'
import { work } from './work.ts'

export const contract = {
  verbs,
  work,
  projects,
  data,
  annotate,
  label,
  train,
  runs,
  judge,
  models,
  machine,
}
export type Contract = typeof contract
