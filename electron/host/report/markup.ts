/** HTML from templates in which every interpolated string is escaped: text of any origin stays text. */

/** Markup that is safe to insert into a page. Only `html` creates it. */
export interface Markup {
  readonly markup: string
}

type Value = Markup | readonly Markup[] | string | number | null

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes markup and replaces control characters by visible symbols (␀ … ␡). */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/\p{Cc}/gu, (control) => {
      const code = control.charCodeAt(0)
      if (control === '\n' || control === '\t') return control
      if (code < 0x20) return String.fromCharCode(0x2400 + code)
      return code === 0x7f ? '␡' : '�'
    })
}

function toMarkup(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  return 'markup' in value ? value.markup : value.map((part) => part.markup).join('')
}

/** Template tag. Attribute values must be quoted: interpolated text is escaped for them too. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return { markup: strings.reduce((whole, string, i) => whole + toMarkup(values[i - 1]!) + string) }
}
