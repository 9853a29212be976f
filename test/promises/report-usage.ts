/** Loaded before a program: at its end it writes to stderr what the process has used, as one line of JSON. */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxBytes: maxRSS * 1024 }
  process.stderr.write(`\nUSAGE ${JSON.stringify(usage)}\n`)
})
