/** Loaded before each test file in CI: the random tests draw the same values there in every run, and new ones elsewhere. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_240_801 })
