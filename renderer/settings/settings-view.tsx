/** The view Settings: what a person wants to change, by section; found by words, or by the list at the left. */
import { type ComponentType, useEffect, useRef, useState } from 'react'
import { Bar } from '../app/bar.tsx'
import { useKeys } from '../app/keys.ts'
import { usePlace } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { About, GettingStarted } from './about.tsx'
import { Annotating } from './annotating.tsx'
import { Drafts } from './drafts.tsx'
import { isFound } from './found.ts'
import { KeyList } from './key-list.tsx'
import { Kinds } from './kinds.tsx'
import { MachineCard } from './machine-card.tsx'
import { Appearance, Marks, ReadingText } from './reading.tsx'
import { Storage } from './storage.tsx'
import { TrialOfHelp } from './trial.tsx'
import { You } from './you.tsx'
import './settings.css'

interface Section {
  id: string
  title: string
  icon: IconName
  groups: readonly { Body: ComponentType; words: string }[]
}

/** `words`: what one may look for besides the section's title. */
const sections: readonly Section[] = [
  { id: 'you', title: 'You', icon: 'person', groups: [{ Body: You, words: 'name annotator person switch' }] },
  {
    id: 'reading',
    title: 'Reading',
    icon: 'guide',
    groups: [
      {
        Body: Appearance,
        words: 'appearance theme light dark system interface size text zoom motion animation contrast',
      },
      { Body: ReadingText, words: 'typeface font serif sans mono size line width spacing' },
      { Body: Marks, words: 'marks edit colours color blindness removed added margin notes' },
    ],
  },
  {
    id: 'annotating',
    title: 'Annotating',
    icon: 'annotate',
    groups: [
      {
        Body: Annotating,
        words: 'warn edit ratio words tokens queue context preferred response spaces whitespace',
      },
      { Body: Kinds, words: 'kinds changes taxonomy category severity keys sort' },
    ],
  },
  {
    id: 'drafts',
    title: 'Drafts and judges',
    icon: 'suggest',
    groups: [
      { Body: Drafts, words: 'server address model ollama key test list draft' },
      { Body: TrialOfHelp, words: 'help chance random half trial hints reward effect effort seed' },
    ],
  },
  {
    id: 'storage',
    title: 'Storage',
    icon: 'disk',
    groups: [{ Body: Storage, words: 'folder path project size disk backup' }],
  },
  {
    id: 'machine',
    title: 'Machine',
    icon: 'processor',
    groups: [{ Body: MachineCard, words: 'benchmark speed memory runtime processor device' }],
  },
  { id: 'keys', title: 'Keys', icon: 'key', groups: [{ Body: KeyList, words: 'keyboard shortcuts' }] },
  {
    id: 'about',
    title: 'About',
    icon: 'info',
    groups: [
      { Body: GettingStarted, words: 'getting started guide help steps' },
      { Body: About, words: 'version licence network offline reset defaults' },
    ],
  },
]

export function View() {
  const [search, setSearch] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useKeys('Settings', [{ keys: '/', does: 'find a setting', run: () => field.current?.focus() }])
  const found = sections.flatMap((section) => {
    const groups = section.groups.filter(({ words }) => isFound(`${section.title} ${words}`, search))
    return groups.length > 0 ? [{ ...section, groups }] : []
  })
  return (
    <>
      <Bar title="Settings">
        <span className="set-find">
          <Input
            ref={field}
            type="search"
            aria-label="Find a setting"
            placeholder="Find a setting"
            before={<Icon name="search" isSmall />}
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
          <Keys keys="/" isHidden />
        </span>
      </Bar>
      <Sections sections={found} />
      {found.length === 0 && (
        <p className="pad second">
          No setting matches. <Button onClick={() => setSearch('')}>Show all</Button>
        </p>
      )}
    </>
  )
}

function Sections({ sections: shown }: { sections: readonly Section[] }) {
  const [place, change] = usePlace()
  const area = useRef<HTMLElement>(null)
  const isAsked = shown.some(({ id }) => id === place.section)
  const current = isAsked ? place.section : shown[0]?.id
  // Only what an address or the list asks for is scrolled to; scrolling by hand changes no address.
  useEffect(() => {
    if (place.section) area.current?.querySelector(`#settings-${CSS.escape(place.section)}`)?.scrollIntoView()
  }, [place.section])
  const open = (id: string) => {
    change({ section: id }, { replace: true })
    area.current?.querySelector(`#settings-${id}`)?.scrollIntoView()
  }
  return (
    <div className="panes settings">
      <nav className="pane set-nav" aria-label="Sections of the settings">
        {shown.map(({ id, title, icon }) => (
          <button
            key={id}
            type="button"
            className="nav"
            aria-current={id === current ? 'true' : undefined}
            onClick={() => open(id)}
          >
            <Icon name={icon} />
            {title}
          </button>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section ref={area} className="pane grow scroll set-area" aria-label="Settings" tabIndex={0}>
        <div className="set-page">
          {shown.map(({ id, groups }) => (
            <div key={id} id={`settings-${id}`} className="set-section">
              {groups.map(({ Body, words }) => (
                <Body key={words} />
              ))}
            </div>
          ))}
        </div>
      </section>
    </div>
  )
}
