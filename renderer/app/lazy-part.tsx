/** Parts of views that are loaded when they are first drawn. If the host is down then, the stand-in stays until it is back. */
import { type ComponentType, useEffect, useReducer } from 'react'
import { onConnection } from './connection.ts'

/** @param StandIn drawn until the part is loaded; nothing if omitted */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  StandIn?: ComponentType<Props>,
): ComponentType<Props> {
  let Loaded: ComponentType<Props> | undefined
  return function Part(props: Props) {
    const [, redraw] = useReducer((n: number) => n + 1, 0)
    useEffect(() => {
      const fetchPart = async () => {
        if (Loaded) return
        Loaded = await load()
        redraw()
      }
      const attempt = () => void fetchPart().catch(() => {})
      attempt()
      return onConnection((state) => {
        if (state === 'open') attempt()
      })
    }, [])
    if (Loaded) return <Loaded {...props} />
    return StandIn ? <StandIn {...props} /> : null
  }
}
