/**
 * Which folder may use which: the table that `test/architecture.test.ts` enforces. docs/ARCHITECTURE.md shows the same
 * table, and `test/docs/architecture-page.test.ts` compares the two.
 */

export interface Layer {
  /** Folder from the root. */
  folder: string
  /** Other layers, or files at the root, whose code this one may use. */
  layers: string[]
  /** npm packages that it may use; `@scope/*` for all of a scope. */
  packages: string[]
  /** Whether it may use Node's own modules. */
  node: boolean
}

/** A folder that is not here may hold no code. */
export const layers: Layer[] = [
  {
    folder: 'electron/main',
    layers: [
      'electron/contract/shell.ts',
      'electron/contract/shell-channels.ts',
      'electron/contract/views.ts',
      'electron/contract/web-headers.ts',
    ],
    packages: ['electron'],
    node: true,
  },
  {
    folder: 'electron/preload',
    // From shell.ts types only, which architecture.test.ts checks: its sandbox can load no package.
    layers: [
      'electron/contract/shell.ts',
      'electron/contract/shell-channels.ts',
      'electron/contract/views.ts',
    ],
    packages: ['electron'],
    node: false,
  },
  { folder: 'electron/contract', layers: [], packages: ['zod', '@orpc/contract'], node: false },
  {
    folder: 'electron/host',
    layers: [
      'electron/contract',
      'electron/world',
      'electron/pipeline',
      'electron/sizing',
      'electron/storage',
      'electron/engine',
      'package.json',
    ],
    packages: ['zod', '@orpc/*', 'commander', 'cli-progress', 'pino', 'ws', 'csv-stringify'],
    node: true,
  },
  {
    folder: 'electron/trainer',
    layers: [
      'electron/contract',
      'electron/world',
      'electron/pipeline',
      'electron/sizing',
      'electron/engine',
    ],
    packages: ['zod', '@tensorflow/tfjs-core'],
    node: true,
  },
  {
    folder: 'electron/sizing',
    layers: ['electron/contract', 'electron/pipeline', 'electron/engine'],
    packages: [],
    node: true,
  },
  {
    folder: 'electron/world',
    // Its items are made as an importer makes them.
    layers: ['electron/contract', 'electron/engine/random.ts', 'electron/pipeline/data/item.ts', 'resources'],
    packages: ['zod'],
    node: true,
  },
  {
    folder: 'electron/pipeline',
    layers: ['electron/contract', 'electron/world', 'electron/engine', 'resources'],
    packages: ['zod', '@tensorflow/tfjs-core', 'csv-parse', 'hyparquet', 'hyparquet-writer'],
    node: true,
  },
  {
    folder: 'electron/engine',
    layers: ['electron/contract'],
    packages: ['zod', '@tensorflow/*', '@huggingface/*'],
    node: true,
  },
  {
    folder: 'electron/storage',
    // An item's id is a hash of its content, which shows whether a recovered one is whole.
    layers: ['electron/contract', 'electron/pipeline/data/item.ts'],
    packages: ['zod', 'better-sqlite3'],
    node: true,
  },
  {
    folder: 'renderer',
    // The alignment that labels are made from is what the editor draws; these files are pure.
    layers: [
      'electron/contract',
      'electron/engine/tokenizer/encoding.ts',
      'electron/pipeline/annotate/minimality.ts',
      'electron/pipeline/label/align.ts',
      'electron/pipeline/label/label-encodings.ts',
      'electron/pipeline/label/words.ts',
    ],
    packages: [
      'zod',
      'react',
      'react-dom',
      '@orpc/*',
      '@tanstack/*',
      '@codemirror/*',
      '@base-ui/react',
      '@base-ui/react/*',
      '@fontsource-variable/*',
      'lucide-react',
      'uplot',
      'uplot/*',
      'react-markdown',
      'remark-gfm',
    ],
    node: false,
  },
  { folder: 'native', layers: [], packages: [], node: true },
]

/**
 * The subjects of the host, lowest first: each may use those before it, and the files at the host's root. The last is
 * the entry points, which nothing uses.
 */
export const hostSubjects = [
  'errors',
  'report',
  'models',
  'data',
  'projects',
  'machine',
  'label',
  'annotate',
  'judge',
  'runs',
  'train',
  'experiment',
  'work',
  'entry',
]
