/** A group of settings: its name and what it is about at the left, the settings at the right. */
import type { ReactNode } from 'react'

export function Group({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  return (
    <section className="set-group" aria-label={title}>
      <header>
        <h2 className="subtitle">{title}</h2>
        {help && <p className="help">{help}</p>}
      </header>
      <div className="set-fields">{children}</div>
    </section>
  )
}
