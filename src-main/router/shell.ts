/** What the router needs of a desktop and cannot do itself. */
import type { Grant } from '@shared/contract';

/** What only a desktop can do. */
export interface Shell {
  readonly version: string;
  readonly defaultOutputDir: string;
  theme(): 'light' | 'dark' | 'system';
  setTheme(theme: 'light' | 'dark' | 'system'): void;
  openFolder(path: string): Promise<void>;
  showFile(path: string): Promise<void>;
  /** False when the link is not one of ours. */
  openLink(url: string): Promise<boolean>;
  pick(purpose: 'dataset' | 'imageFolder' | 'outputFolder' | 'envFile'): Promise<Grant | null>;
  /** Asks where to save; null on cancel. */
  saveAs(suggestedName: string): Promise<string | null>;
  /** The path behind a token the user's own hand produced. */
  granted(token: string): string;
}
