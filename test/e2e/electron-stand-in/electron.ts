/** The part of Electron that Stet's main process uses, on Node and Playwright. It contains nothing specific to Stet. */
export { app } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export { dialog, Menu, Notification, nativeTheme, powerSaveBlocker } from './desktop-parts.ts'
export { ipcMain } from './ipc-main.ts'
export { MessageChannelMain } from './ports.ts'
export { protocol, session } from './session.ts'
export { utilityProcess } from './utility-process.ts'

import './control.ts'
