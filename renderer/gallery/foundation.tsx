/** Gallery: mark, colours, type and icons. */
import { Icon, type IconName, iconNames } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { Dots, Mark, Wordmark } from '../ui/mark.tsx'
import { type SectionContent, Shown } from './section.tsx'

const colours: [name: string, variables: string[]][] = [
  ['Ground', ['desk', 'shelf', 'paper', 'sheet', 'lifted', 'knob']],
  ['Ink and rules', ['ink', 'ink-2', 'ink-3', 'ink-off', 'line', 'line-control']],
  ['Accent', ['accent', 'accent-hover', 'accent-press', 'on-accent', 'accent-tint', 'accent-wash']],
  ['Edits', ['struck', 'struck-tint', 'added', 'added-tint']],
  ['Reward', ['heat-n3', 'heat-n2', 'heat-n1', 'heat-p1', 'heat-p2', 'heat-p3']],
  ['States', ['warn', 'warn-tint', 'bad', 'bad-hover', 'bad-tint', 'on-bad']],
  ['Runs', ['run-1', 'run-2', 'run-3', 'run-4', 'run-5', 'run-6']],
]

function Colours() {
  return colours.map(([name, variables]) => (
    <div key={name} className="wide">
      <h3 className="label">{name}</h3>
      <div className="gallery-colours">
        {variables.map((variable) => (
          <div key={variable}>
            <div className="gallery-colour" style={{ background: `var(--${variable})` }} />
            <span className="code quiet">--{variable}</span>
          </div>
        ))}
      </div>
    </div>
  ))
}

const sizes = ['text-6', 'text-5', 'text-4', 'text-3', 'text-2', 'text-1']

function Type() {
  return (
    <>
      {sizes.map((size) => (
        <p key={size} style={{ fontSize: `var(--${size})` }}>
          Inter, --{size}: 64.2%, 59.8 to 68.4
        </p>
      ))}
      <p className="proof">The text you edit or judge: “Quotes”, £4.95 and 14 March.</p>
      <p className="read">Prompt and reference, in Source Serif.</p>
      <p className="code">Tokens and commands: {'<|end|> != ->'} --learning-rate 0.003</p>
    </>
  )
}

function Icons() {
  return (
    <div className="gallery-line">
      {iconNames.map((name: IconName) => (
        <Shown key={name} as={name}>
          <Icon name={name} />
        </Shown>
      ))}
    </div>
  )
}

export const foundationSections: SectionContent[] = [
  {
    title: 'Mark',
    about: 'Not below 18 px high; never tilted or in a box.',
    Content: () => (
      <div className="gallery-line">
        <Wordmark />
        <Mark />
        <Dots />
      </div>
    ),
  },
  { title: 'Colours', about: 'The only colours; each for light and dark.', Content: Colours },
  {
    title: 'Type',
    about: 'Inter for the UI, Source Serif for texts, JetBrains Mono for tokens.',
    Content: Type,
  },
  { title: 'Icons', about: 'One icon per meaning, beside a word.', Content: Icons },
  {
    title: 'Keys',
    about: 'Shown where they act.',
    Content: () => (
      <div className="gallery-line">
        {['Ctrl+Enter', 'Alt+z', 'g d', '?', 'Alt+ArrowDown'].map((keys) => (
          <Keys key={keys} keys={keys} />
        ))}
      </div>
    ),
  },
]
