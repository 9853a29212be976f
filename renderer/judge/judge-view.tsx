/** The view Judge: evaluations and ratings, one result with every pair, or a blind session. */
import { usePlace } from '../app/navigation.ts'
import { BlindSession } from './blind-session.tsx'
import { Evaluations } from './evaluations.tsx'
import './judge.css'
import './results.css'
import { ResultPage } from './result-page.tsx'

export function View() {
  const [place] = usePlace()
  if (place.blind !== undefined) return <BlindSession key={place.blind} evaluation={place.blind} />
  if (place.evaluation !== undefined) return <ResultPage key={place.evaluation} id={place.evaluation} />
  return <Evaluations />
}
