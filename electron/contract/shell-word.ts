/** Writes text as one word of a command line, for the commands that messages offer to copy. */

/**
 * @param text a path or a name
 * @returns the text as a POSIX shell reads it back: quoted if it has anything that the shell would interpret, and with
 *   `./` before a dash, which would start an option
 */
export function shellWord(text: string): string {
  const word = text.startsWith('-') ? `./${text}` : text
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
