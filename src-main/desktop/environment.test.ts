import { expect, it } from 'vitest';
import { takeSecrets } from './environment';

it('secrets leave the environment, and are told once', () => {
  const secrets = {
    BRUSHFLEET_PASSPHRASE: 'correct horse',
    ADMIN_API_KEY: 'admin',
    OPENAI_API_KEYS: 'sk-1,sk-2',
    DG_GEMINI_API_KEY_7: 'AIza',
    GITHUB_TOKEN: 'gh',
    AWS_SECRET: 'aws',
  };
  const others = { HOME: '/home/ada', BRUSHFLEET_HOME: '/data', GNOME_KEYRING_CONTROL: '/run/keyring' };
  const env: Record<string, string | undefined> = { ...secrets, ...others };
  expect(takeSecrets(env)).toEqual({ ...secrets, ...others });
  expect(env).toEqual(others);
});
