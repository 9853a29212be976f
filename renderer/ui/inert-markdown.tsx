/** Markdown that a model wrote: rendered, but its scripts, images and links do nothing. */
import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import './inert-markdown.css'

const inert: Components = {
  a: ({ children, href }) => (
    <span className="inert-link" title={href}>
      {children}
    </span>
  ),
  img: ({ alt, src }) => <span className="quiet">[picture: {alt || String(src ?? '')}]</span>,
}

export function InertMarkdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <Markdown remarkPlugins={[remarkGfm]} components={inert}>
        {text}
      </Markdown>
    </div>
  )
}
