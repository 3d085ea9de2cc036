/** The built program in its real window, with a library and a home of its own. */
import { _electron } from '@playwright/test';
import { ensureElectronRuntime } from '../e2e/runtime/electron-runtime.mjs';

/** Whoever launches it closes it. */
export async function launchWindow({ appDir, libraryDir, home }) {
  return _electron.launch({
    executablePath: await ensureElectronRuntime(),
    args: ['--no-sandbox', appDir],
    env: {
      ...process.env,
      DBUS_SESSION_BUS_ADDRESS: '/dev/null',
      BRUSHFLEET_HOME: libraryDir,
      HOME: home,
      CI: '1',
    },
  });
}
