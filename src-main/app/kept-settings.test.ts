import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestLibrary, type TestLibrary } from './testing/test-library';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(() => library.remove());

it('tells every page of a change of the settings, whole', async () => {
  const { app } = library;
  const told: unknown[] = [];
  app.events.subscribe((event) => {
    if (event.kind === 'settings') {
      told.push(event.settings);
    }
  });
  const before = app.settings();
  await app.saveSettings({ stayAwake: true });
  expect(told).toEqual([{ ...before, stayAwake: true }]);
  expect(DEFAULT_SETTINGS.stayAwake).toBe(false);
});
