/** What the router needs of a desktop and cannot do itself. */
import type { ServiceSettings, ServiceStatus } from '@shared/contract/service';
import type { Grant } from '@shared/contract';

/** What only a desktop can do. */
export interface Shell {
  readonly version: string;
  readonly defaultOutputDir: string;
  theme(): 'light' | 'dark' | 'system';
  setTheme(theme: 'light' | 'dark' | 'system'): void;
  /** How large the window draws everything, in percent; a browser has a zoom of its own. */
  interfaceSize(): number;
  setInterfaceSize(percent: number): void;
  openFolder(path: string): Promise<void>;
  showFile(path: string): Promise<void>;
  /** False when the link is not one of ours. */
  openLink(url: string): Promise<boolean>;
  pick(purpose: 'dataset' | 'imageFolder' | 'outputFolder' | 'envFile' | 'presets'): Promise<Grant | null>;
  /** Asks where to save; null on cancel. */
  saveAs(
    suggestedName: string,
    kind?: { readonly name: string; readonly extensions: readonly string[] },
  ): Promise<string | null>;
  readonly pictures: PictureShell;
  readonly service: ServiceSwitch;
  /** Puts a secret into the clipboard of the machine that runs the program; false: there is none for this user. */
  copySecret(secret: string): boolean;
  /** Moves files to the system's trash; one that is not there counts as moved. Answers those that could not be. */
  trash(paths: readonly string[]): Promise<readonly { readonly path: string; readonly sentence: string }[]>;
  /** The path behind a token the user's own hand produced. */
  granted(token: string): string;
}

/** What only a desktop can do with pictures. */
export interface PictureShell {
  /** `png`: absolute, of our own making. */
  copyImage(png: string): Promise<void>;
  /** Opens a copy in the program the user chose, else in the system's. */
  openForEditing(path: string): Promise<void>;
  /** What the chosen program is called; null: the system chooses. */
  editor(): string | null;
  /** Shows the system's dialog. */
  chooseEditor(): Promise<void>;
  forgetEditor(): void;
  /** Answers a ticket for the bridge; `icon` is a PNG. */
  prepareDrag(files: readonly string[], icon: string): string;
}

/** The local HTTP service, beside the door that serves this router. */
export interface ServiceSwitch {
  status(): ServiceStatus;
  settings(): ServiceSettings;
  /** Remembers them, and starts, stops or moves the service. */
  set(settings: ServiceSettings): Promise<ServiceStatus>;
}
