/** A judge with a model on this machine can name it like any other model. */
import { type AnyJudgeSpec, mapJudgeModel } from '../../contract/judge-kinds.ts'
import type { Project } from '../../storage/index.ts'
import { findModel } from '../models/project-models.ts'

/** @throws UserError if there is no such model */
export function withModelPath<Spec extends AnyJudgeSpec>(project: Project, spec: Spec): Spec {
  return mapJudgeModel(spec, (model) => findModel(project, model).path)
}
