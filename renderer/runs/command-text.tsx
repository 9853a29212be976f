/** A command for a terminal, which wraps between its options only. */

export function CommandText({ text }: { text: string }) {
  const [start, ...options] = text.split(/ (?=--)/)
  return (
    <p className="code command">
      {start}
      {options.map((option) => (
        <span key={option}>
          {' '}
          <span className="command-option">{option}</span>
        </span>
      ))}
    </p>
  )
}
