/**
 * The environment this program was begun with. Electron tells it to the preload script of every page, and whatever is
 * opened from here inherits it: so secrets leave it, and are known to the engine alone.
 */
import type { Environment } from '../fleet-env/variables';

const SECRET_NAME = /(KEYS?(_\d+)?|TOKEN|SECRET|PASSPHRASE|PASSWORD)$/i;

/** Answers it as it was. */
export function takeSecrets(env: Record<string, string | undefined>): Environment {
  const whole = { ...env };
  for (const name of Object.keys(env).filter((one) => SECRET_NAME.test(one))) {
    delete env[name];
  }
  return whole;
}
