/** The frame of every page that is given away: one HTML file with its style, which loads nothing and runs no scripts. */
import { escapeText, html, type Markup } from './markup.ts'
import { style } from './style.ts'

export interface Section {
  id: string
  title: string
  body: Markup
}

/** None if it has nothing to show. */
export function section(id: string, title: string, body: Markup | null): Section[] {
  return body === null ? [] : [{ id, title, body }]
}

export function sectionsMarkup(sections: readonly Section[]): Markup {
  return html`${sections.map(
    ({ id, title, body }) =>
      html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`,
  )}<footer>Made with Stet. This page is self-contained: it loads nothing and runs no scripts.</footer>`
}

export function bullets(sentences: readonly string[]): Markup {
  return html`<ul class="notes">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`
}

export function pageHtml(title: string, { markup }: Markup): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body><main>${markup}</main></body>
</html>
`
}
