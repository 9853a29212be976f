/**
 * Names of the IPC channels between the main process and the windows. The sandboxed preload loads this file, so it
 * imports nothing; the messages themselves are in shell.ts.
 */
export const channels = {
  /** Window to main: it is ready for its port to the host. */
  ready: 'stet:ready',
  /** Window to main: start the host again after a crash. */
  restartHost: 'stet:restart-host',
  /** Window to main, with an answer: let the user choose a file or folder. */
  choose: 'stet:choose',
  /** Main to window: the port to the host. */
  port: 'stet:port',
  /** Main to window: the host has crashed, with the reason in a sentence. */
  hostGone: 'stet:host-gone',
  /** Main to window: show another view of the same project. */
  showView: 'stet:show-view',
} as const
