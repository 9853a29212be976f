/** Messages of the setup, on stderr: stdout belongs to the script that runs afterwards. */

/** A failure that the user can fix. They see its message and nothing else. */
export class SetupError extends Error {}

/** @param {string} line */
export function log(line) {
  process.stderr.write(`stet: ${line}\n`)
}

/**
 * Progress of a download: on a terminal one line that is rewritten in place, elsewhere one line every ten seconds.
 * @param {string} label
 * @param {number} totalBytes
 * @returns {{ update: (bytes: number) => void, end: () => void }}
 */
export function startProgress(label, totalBytes) {
  const live = process.stderr.isTTY === true
  const started = Date.now()
  let nextLineMs = 10_000
  if (!live) log(label)

  /** @param {number} bytes */
  function update(bytes) {
    const elapsedMs = Date.now() - started
    const line = progressLine(label, Math.min(bytes, totalBytes), totalBytes, elapsedMs)
    if (live) process.stderr.write(`\r\x1b[Kstet: ${line}`)
    else if (elapsedMs >= nextLineMs) {
      log(line)
      nextLineMs += 10_000
    }
  }
  function end() {
    if (live) process.stderr.write(`\r\x1b[Kstet: ${label}\n`)
  }
  return { update, end }
}

/**
 * @param {string} label
 * @param {number} bytes
 * @param {number} totalBytes
 * @param {number} elapsedMs
 * @returns {string} such as `label  45%  123 of 274 MB  8.2 MB/s  18 s left`
 */
export function progressLine(label, bytes, totalBytes, elapsedMs) {
  const percent = Math.floor((100 * bytes) / totalBytes)
  const amount = `${megabytes(bytes)} of ${megabytes(totalBytes)} MB`
  if (bytes === 0 || elapsedMs < 1000) return `${label}  ${percent}%  ${amount}`
  const bytesPerMs = bytes / elapsedMs
  const rate = `${((bytesPerMs * 1000) / 1e6).toFixed(1)} MB/s`
  const leftSeconds = Math.ceil((totalBytes - bytes) / bytesPerMs / 1000)
  return `${label}  ${percent}%  ${amount}  ${rate}  ${leftSeconds} s left`
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return Math.round(bytes / 1e6)
}
