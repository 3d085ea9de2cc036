/**
 * What the window remembers of itself: its place, its theme, its size of things, the folders images may come from. Everything else is in
 * the library.
 */
import ElectronStore from 'electron-store';
import {
  DEFAULT_SERVICE_SETTINGS,
  type ServiceSettings,
  serviceSettingsSchema,
} from '@shared/contract/service';
import { DEFAULT_INTERFACE_SIZE, interfaceSizeSchema, type Theme, themeSchema } from '@shared/model/settings';
import { z } from 'zod';

const boundsSchema = z.object({
  x: z.number().int().exactOptional(),
  y: z.number().int().exactOptional(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
});
export type WindowBounds = Readonly<z.infer<typeof boundsSchema>>;

const DEFAULT_BOUNDS: WindowBounds = { width: 1280, height: 800 };

export interface WindowStore {
  bounds(): WindowBounds;
  setBounds(bounds: WindowBounds): void;
  theme(): Theme;
  setTheme(theme: Theme): void;
  /** Percent. */
  interfaceSize(): number;
  setInterfaceSize(percent: number): void;
  imageRoots(): readonly string[];
  setImageRoots(folders: readonly string[]): void;
  /** The program pictures are edited in, absolute; only the system's dialog ever names one. Null: the system's choice. */
  editor(): string | null;
  setEditor(path: string | null): void;
  service(): ServiceSettings;
  setService(settings: ServiceSettings): void;
}

/** A damaged file costs the window its memory, not its start. */
export function createWindowStore(cwd: string): WindowStore {
  const store = new ElectronStore<
    Record<'bounds' | 'theme' | 'interfaceSize' | 'imageRoots' | 'editor' | 'service', unknown>
  >({
    cwd,
    name: 'window',
    clearInvalidConfig: true,
    configFileMode: 0o600,
  });
  return {
    bounds: () => boundsSchema.catch(DEFAULT_BOUNDS).parse(store.get('bounds')),
    setBounds: (bounds) => store.set('bounds', bounds),
    theme: () => themeSchema.catch('system').parse(store.get('theme')),
    setTheme: (theme) => store.set('theme', theme),
    interfaceSize: () => interfaceSizeSchema.catch(DEFAULT_INTERFACE_SIZE).parse(store.get('interfaceSize')),
    setInterfaceSize: (percent) => store.set('interfaceSize', percent),
    imageRoots: () => z.array(z.string()).catch([]).parse(store.get('imageRoots')),
    setImageRoots: (folders) => store.set('imageRoots', folders),
    editor: () =>
      z
        .string()
        .min(1)
        .nullable()
        .catch(null)
        .parse(store.get('editor') ?? null),
    setEditor: (path) => store.set('editor', path),
    service: () => serviceSettingsSchema.catch(DEFAULT_SERVICE_SETTINGS).parse(store.get('service')),
    setService: (settings) => store.set('service', settings),
  };
}
