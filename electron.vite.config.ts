/**
 * Builds the desktop app: the code for Electron and Node as one JavaScript file per source, in the same folders as the
 * sources, so that files find each other as they do in a clone; the preload; and the renderer for Chromium. The
 * renderer's content security policy comes with the headers of whatever serves it, so the development server has none.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const at = (file: string) => path.resolve(import.meta.dirname, file)

/** Entry points of the processes, and the thread that ends the trainer with its host. */
const programs = [
  'main/index',
  'host/entry/utility',
  'host/entry/cli/main',
  'trainer/main',
  'trainer/watch-host',
  'pipeline/data/parquet-process',
  'pipeline/judge/pattern-process',
  'host/models/tokenizer-process',
]

/** Copies the files that the code reads by path and does not import. */
function copyDataFiles(): Plugin {
  const folders = ['electron/storage/migrations', 'resources/prompts', 'resources/real']
  return {
    name: 'stet:copy-data-files',
    generateBundle() {
      const files = folders.flatMap((folder) => readdirSync(at(folder)).map((name) => `${folder}/${name}`))
      for (const fileName of [...files, 'resources/icon.png'])
        this.emitFile({ type: 'asset', fileName, source: readFileSync(at(fileName)) })
    },
  }
}

export default defineConfig({
  main: {
    plugins: [copyDataFiles()],
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
      // A sandboxed preload cannot be an ES module.
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
    build: { outDir: 'out/renderer', minify: true, rolldownOptions: { input: at('renderer/index.html') } },
  },
})
