/**
 * Folders the user's hand gave for reading images: datasets may name pictures below them, in this session and later
 * ones. Without this rule a stranger's CSV could have any picture of this machine sent to a provider.
 */
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';

/** As many folders are remembered; the oldest are forgotten. */
const KEPT = 200;

export interface ImageRootsOptions {
  /** Absolute folders of earlier sessions. */
  readonly remembered: readonly string[];
  readonly homeDir: string;
  /** Lets datasets name images below the folder. */
  onGrant(folder: string): void;
  remember(folders: readonly string[]): void;
}

export interface ImageRoots {
  /** Ignores what is no folder, and folders so wide that granting them would grant the whole machine. */
  grant(path: string): Promise<void>;
}

export function createImageRoots(options: ImageRootsOptions): ImageRoots {
  let folders = options.remembered.filter((folder) => !isTooWide(folder, options.homeDir));
  for (const folder of folders) {
    options.onGrant(folder);
  }
  return {
    async grant(path) {
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isFolder || isTooWide(path, options.homeDir)) {
        return;
      }
      options.onGrant(path);
      folders = [...folders.filter((folder) => folder !== path), path].slice(-KEPT);
      options.remember(folders);
    },
  };
}

/** The file system's root, the home folder, and what contains it. */
export function isTooWide(folder: string, homeDir: string): boolean {
  const wide = resolve(folder);
  if (!isAbsolute(folder) || dirname(wide) === wide) {
    return true;
  }
  for (let above = resolve(homeDir); dirname(above) !== above; above = dirname(above)) {
    if (above === wide) {
      return true;
    }
  }
  return false;
}
