/** The view Judge: evaluations and ratings, one evaluation pair by pair, or a blind session. */
import { usePlace } from '../app/navigation.ts'
import { BlindSession } from './blind-session.tsx'
import { Evaluations } from './evaluations.tsx'
import './judge.css'
import { OneEvaluation } from './one-evaluation.tsx'

export function View() {
  const [place] = usePlace()
  if (place.blind !== undefined) return <BlindSession key={place.blind} evaluation={place.blind} />
  if (place.evaluation !== undefined) return <OneEvaluation key={place.evaluation} id={place.evaluation} />
  return <Evaluations />
}
