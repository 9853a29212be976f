/**
 * Builds the desktop program: for Electron and Node each source as a JavaScript file of its own, in the folders that
 * the sources are in, so that files find each other as they do in a clone; the preload; the page for Chromium.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const at = (file: string) => path.resolve(import.meta.dirname, file)

/** Entries of the four processes, and the thread that watches over the trainer. */
const programs = [
  'main/index',
  'host/entry/utility',
  'host/entry/cli/main',
  'trainer/main',
  'trainer/watch-host',
]

/** What is read by path and not imported. */
function besideTheCode(): Plugin {
  const folders = ['electron/storage/migrations', 'resources/prompts']
  return {
    name: 'stet:beside-the-code',
    generateBundle() {
      const files = folders.flatMap((folder) => readdirSync(at(folder)).map((name) => `${folder}/${name}`))
      for (const fileName of files)
        this.emitFile({ type: 'asset', fileName, source: readFileSync(at(fileName)) })
    },
  }
}

/** The development server's page runs a script of its own, which the built page's policy would forbid. */
function developmentPolicy(): Plugin {
  return {
    name: 'stet:development-policy',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/<meta[^>]*Content-Security-Policy[^>]*>/s, ''),
  }
}

export default defineConfig({
  main: {
    plugins: [besideTheCode()],
    build: {
      outDir: 'out/app',
      rolldownOptions: {
        input: Object.fromEntries(programs.map((name) => [`electron/${name}`, at(`electron/${name}.ts`)])),
        output: {
          format: 'es',
          preserveModules: true,
          preserveModulesRoot: import.meta.dirname,
          entryFileNames: '[name].js',
        },
      },
    },
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
    plugins: [react(), developmentPolicy()],
    build: { outDir: 'out/renderer', rolldownOptions: { input: at('renderer/index.html') } },
  },
})
