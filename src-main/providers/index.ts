/** One adapter per wire protocol. */
import type { Provider } from '@shared/model/provider';
import type { ProviderAdapter } from './adapter';
import { createGoogleAdapter } from './google-genai/adapter';
import { createOpenaiAdapter } from './openai/adapter';
import { createWire } from './wire';

export type Adapters = Readonly<Record<Provider, ProviderAdapter>> & {
  /** Forgets all SDK clients. Calls under way end by their own signal. */
  close(): void;
};

/** SDKs are loaded when their first request is made, so that starting costs neither of them. */
export function createAdapters(): Adapters {
  const wire = createWire();
  const google = createGoogleAdapter(wire);
  const openai = createOpenaiAdapter(wire);
  return {
    google_genai: google,
    openai,
    close() {
      google.close();
      openai.close();
    },
  };
}
