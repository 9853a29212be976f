/** What Stet promises about people's work, one row each; docs/RELIABILITY.md has the same rows with what was counted. */

export const promises = {
  saved: '"Saved" means saved',
  disk: 'A full disk or an I/O error corrupts nothing',
  upgrade: 'An upgrade keeps every project whole',
  damaged: 'A damaged database is recovered, never guessed at',
  processes: 'Two processes never write to one project at once',
  checkpoints: 'A run always has a checkpoint that can be read',
  resume: 'A resumed run is bit-exact',
  deaths: "Causes of a trainer's death are distinguished",
  stop: 'Pause and stop are prompt',
  hostile: 'Hostile files cannot crash, hang or fill the host',
  text: 'Text in = text out',
  loopback: 'The loopback server answers its owner only',
  window: 'The window lets no page out',
  network: 'No network unasked',
  load: 'A million items and five million points stay quick',
  supply: 'What is shipped is known',
} as const satisfies Record<string, string>

export type PromiseName = keyof typeof promises
