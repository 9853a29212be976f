/** Files that were chosen before their project existed; its Data takes them, once. */

let offered: { project: string; files: File[] } | null = null

export function offerFiles(project: string, files: File[]): void {
  offered = { project, files }
}

/** @returns the files that wait for this project; none the second time */
export function takeFiles(project: string): File[] {
  if (offered?.project !== project) return []
  const { files } = offered
  offered = null
  return files
}
