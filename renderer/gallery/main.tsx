/** The gallery of components, for development: every one in every state, in both themes. It is not part of the app. */
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '@fontsource-variable/source-serif-4/opsz-italic.css'
import '@fontsource-variable/source-serif-4/opsz.css'
import { Tooltip } from '@base-ui/react/tooltip'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Segmented } from '../ui/segmented.tsx'
import { Toasts } from '../ui/toast.tsx'
import { actionSections } from './actions.tsx'
import { choiceSections } from './choices.tsx'
import { foundationSections } from './foundation.tsx'
import { Section, type SectionContent } from './section.tsx'
import { stateSections } from './states.tsx'
import { textSections } from './texts.tsx'
import './gallery.css'

const sections: SectionContent[] = [
  ...foundationSections,
  ...actionSections,
  ...choiceSections,
  ...stateSections,
  ...textSections,
]

const themes = [
  { value: 'system', text: 'System', icon: 'system' },
  { value: 'light', text: 'Light', icon: 'light' },
  { value: 'dark', text: 'Dark', icon: 'dark' },
] as const
const sizes = [
  { value: '100', text: '100%' },
  { value: '150', text: '150%' },
  { value: '200', text: '200%' },
] as const

/** The address may ask for a look, as `?theme=dark&text=200`. */
const asked = new URLSearchParams(location.search)

function applyTheme(theme: string): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset.theme
  else dataset.theme = theme
}

function applySize(percent: string): void {
  document.documentElement.style.fontSize = `${percent}%`
}

function Gallery() {
  const [theme, setTheme] = useState<(typeof themes)[number]['value']>(
    () => themes.find(({ value }) => value === asked.get('theme'))?.value ?? 'system',
  )
  const [size, setSize] = useState<(typeof sizes)[number]['value']>(
    () => sizes.find(({ value }) => value === asked.get('text'))?.value ?? '100',
  )
  applyTheme(theme)
  applySize(size)
  return (
    <Tooltip.Provider delay={300}>
      <main className="gallery">
        <header className="row wrap between">
          <h1>Components</h1>
          <span className="row wrap">
            <Segmented label="Theme" segments={themes} value={theme} onChange={setTheme} />
            <Segmented label="Text size" segments={sizes} value={size} onChange={setSize} />
          </span>
        </header>
        {sections.map((section) => (
          <Section key={section.title} {...section} />
        ))}
      </main>
      <Toasts />
    </Tooltip.Provider>
  )
}

const element = document.getElementById('gallery')
if (element === null) throw new Error('gallery.html has no element "gallery".')
createRoot(element).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
)
