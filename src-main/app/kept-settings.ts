/** The user's settings: those of the library over the defaults, written down with every change. */
import { DEFAULT_SETTINGS, type Settings } from '@shared/model/settings';
import type { Foundation } from './foundation';

export async function createSettings({ store, log }: Pick<Foundation, 'store' | 'log'>) {
  let settings: Settings = { ...DEFAULT_SETTINGS, ...(await store.settings()) };
  return {
    get: (): Settings => settings,
    async save(patch: Partial<Settings>): Promise<Settings> {
      settings = { ...settings, ...patch };
      await store.saveSettings(settings);
      log.setLevel(settings.logLevel);
      return settings;
    },
  };
}
