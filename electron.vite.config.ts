/** Builds the desktop program: main process and preload for Electron, the page for Chromium. */
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (file: string) => path.resolve(import.meta.dirname, file)

export default defineConfig({
  main: {
    build: { outDir: 'out/main', rolldownOptions: { input: at('electron/main/index.ts') } },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload is no module.
      rolldownOptions: {
        input: at('electron/preload/index.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    base: './',
    plugins: [react()],
    build: { outDir: 'out/renderer', rolldownOptions: { input: at('renderer/index.html') } },
  },
})
