/** The text of a search field that is also in the address: typing goes there after a pause; links and Back are followed. */
import { useEffect, useRef, useState } from 'react'

/**
 * @param inAddress what the address has
 * @param put writes to it
 */
export function useSearchText(
  inAddress: string,
  put: (text: string) => void,
  pauseMs: number,
): [text: string, setText: (text: string) => void] {
  const [text, setText] = useState(inAddress)
  /** What the field and the address last agreed on. */
  const agreed = useRef(inAddress)
  const newest = useRef(put)
  newest.current = put
  useEffect(() => {
    if (inAddress === agreed.current) return
    agreed.current = inAddress
    setText(inAddress)
  }, [inAddress])
  useEffect(() => {
    if (text === agreed.current) return
    const timer = setTimeout(() => {
      agreed.current = text
      newest.current(text)
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [text, pauseMs])
  return [text, setText]
}
