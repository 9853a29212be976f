/** Draws the UI once the host is connected. */
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '@fontsource-variable/source-serif-4/opsz-italic.css'
import '@fontsource-variable/source-serif-4/opsz.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connect } from './connection.ts'
import { setNavigator } from './navigation.ts'
import { followHost, queries } from './queries.ts'
import { preloadViews, router } from './router.tsx'
import { applyAppearance } from './settings.ts'
import { followUnsaved } from './unsaved.ts'

const element = document.getElementById('app')
if (element === null) throw new Error('index.html has no element "app".')
setNavigator((destination) => void router.navigate(destination as never))
applyAppearance()
await connect()
followHost()
followUnsaved()
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
/** After the first view, when nothing else is to be done. */
const preloadDelayMs = 1500
setTimeout(() => void preloadViews(), preloadDelayMs)
