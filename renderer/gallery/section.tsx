/** One kind of component in the gallery: its name, when to use it, and it in its states. */
import type { ReactNode } from 'react'

export interface SectionContent {
  title: string
  /** When to use it. */
  about: string
  /** A component, so that it may have state. */
  Content: () => ReactNode
}

export function Section({ title, about, Content }: SectionContent) {
  return (
    <section className="gallery-section" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <p className="help">{about}</p>
      </header>
      <div className="gallery-content">
        <Content />
      </div>
    </section>
  )
}

/** A component with the name of its state below it. */
export function Shown({ as, children }: { as: string; children: ReactNode }) {
  return (
    <figure className="gallery-shown">
      {children}
      <figcaption>{as}</figcaption>
    </figure>
  )
}
