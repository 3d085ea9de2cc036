/** What was dropped: single files, and all that is in folders. */
export interface Dropped {
  readonly files: readonly File[];
  /** Each with its way from its folder on. */
  readonly inFolders: readonly File[];
}

/** To be called while the drop is told: afterwards the browser gives nothing away. Rejects for folders without a file. */
export function droppedFiles(data: DataTransfer | null): Promise<Dropped> {
  const items = [...(data?.items ?? [])].filter(({ kind }) => kind === 'file');
  if (items.length === 0) {
    return Promise.resolve({ files: [...(data?.files ?? [])], inFolders: [] });
  }
  const folders: FileSystemDirectoryEntry[] = [];
  const files: File[] = [];
  for (const item of items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry !== null && isFolder(entry)) {
      folders.push(entry);
    } else if (file !== null) {
      files.push(file);
    }
  }
  return Promise.all(folders.map(filesBelow)).then((found) => {
    const inFolders = found.flat();
    if (folders.length > 0 && files.length + inFolders.length === 0) {
      throw new Error('There is no file in this folder: drop another.');
    }
    return { files, inFolders };
  });
}

async function filesBelow(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const files: File[] = [];
  for (;;) {
    // A hundred at a time, as browsers give them.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (entries.length === 0) {
      return files;
    }
    for (const entry of entries) {
      files.push(...(isFolder(entry) ? await filesBelow(entry) : await fileOf(entry)));
    }
  }
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

async function fileOf(entry: FileSystemEntry): Promise<File[]> {
  const file = await new Promise<File>((resolve, reject) => {
    (entry as FileSystemFileEntry).file(resolve, reject);
  });
  // As a chosen folder's files have it; here the browser leaves it blank.
  Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.replace(/^\//, '') });
  return [file];
}
