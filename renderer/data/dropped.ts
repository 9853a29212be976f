/** What was dropped on the window: its files, and the names of folders, which cannot be imported. */

export interface Dropped {
  files: File[]
  folders: string[]
}

/** A browser represents a dropped folder as a file that cannot be read; its entry says what it is. */
export function droppedOf({ items, files }: DataTransfer): Dropped {
  const entries = [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry())
  const all = [...files]
  const isFolder = (i: number) => entries[i]?.isDirectory === true
  return {
    files: all.filter((_, i) => !isFolder(i)),
    folders: all.filter((_, i) => isFolder(i)).map(({ name }) => name),
  }
}
