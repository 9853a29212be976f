/** The views of a project, in the order of the rail and of the menu's shortcuts. It imports nothing. */
export const views = [
  { path: 'data', title: 'Data', key: 'd' },
  { path: 'annotate', title: 'Annotate', key: 'a' },
  { path: 'label', title: 'Labels and reward', key: 'l' },
  { path: 'runs', title: 'Runs', key: 'r' },
  { path: 'judge', title: 'Judge', key: 'j' },
  { path: 'models', title: 'Models', key: 'm' },
  { path: 'settings', title: 'Settings', key: 's' },
] as const

/** `path` is the view's part of an address, `key` follows `g` in the renderer's shortcuts. */
export type View = (typeof views)[number]
export type ViewPath = View['path']
