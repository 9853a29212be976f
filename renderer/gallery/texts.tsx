/** Gallery: edits, differences and rewards on texts. */
import { DiffText } from '../ui/diff-text.tsx'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'
import type { SectionContent } from './section.tsx'

function Edits() {
  return (
    <>
      <p className="proof">
        Your parcel was last scanned on <del>12</del>
        <ins>14</ins> March. You{' '}
        <span className="hunk is-at">
          <del>may be able to claim</del>
          <ins>will get</ins>
        </span>{' '}
        the charge back. <span className="stands">There is nothing you need to do.</span> We will write{' '}
        <span className="suggest">
          <del>at some point</del>
          <ins>by Friday</ins>
        </span>
        .
      </p>
      <p className="proof">
        Where two responses differ: back within <span className="differs">three working days</span>.
      </p>
      <p className="read">
        <DiffText before="the boat sails at noon, i suppose." after="the boat sails at dusk." />
      </p>
    </>
  )
}

const tokens = [
  { text: 'Your', value: 0 },
  { text: ' parcel', value: 0.1 },
  { text: ' was', value: 0.05 },
  { text: ' 12', value: -0.9, label: -1 },
  { text: ' 14', value: 0.8, label: 1 },
  { text: ' March', value: 0.3 },
  { text: '.', value: 0 },
  { text: ' A', value: -0.4 },
  { text: ' neighbour', value: -1.2 },
  { text: ' will', value: 0.6 },
  { text: ' look', value: 1.2 },
  { text: '.', value: null },
]

function Rewards() {
  return (
    <>
      <HeatLegend scale={1.2} unit="reward" />
      <TokenHeat tokens={tokens} scale={1.2} unit="reward" />
    </>
  )
}

export const textSections: SectionContent[] = [
  {
    title: 'Edits',
    about: 'Deleted, inserted, restored and suggested words; differences in a third colour.',
    Content: Edits,
  },
  {
    title: 'Tokens by reward',
    about: 'Seven steps. The arrow keys move from token to token.',
    Content: Rewards,
  },
]
