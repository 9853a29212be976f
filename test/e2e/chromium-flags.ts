/** Which Chromium the tests drive, and how it is kept from the network and from asking. */
import { chromium } from 'playwright'
import { findChromium } from '../../native/setup/chromium-setup.mjs'

export const chromiumProgram = () => findChromium() ?? chromium.executablePath()

export const chromiumFlags = [
  '--no-sandbox', // tests run as root in containers
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
