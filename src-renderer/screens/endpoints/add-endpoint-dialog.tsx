/** A new endpoint: the official one of a provider, or a relay. */
import { OFFICIAL_BASE_URLS, PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { requestUrl } from '@shared/request-url';
import { defaultModel } from '@shared/resolve-model';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { baseUrlProblem, sendsInClear } from './endpoint-words';

export function AddEndpointDialog({ onClose }: { onClose(): void }) {
  const { backend, accept, live, ui } = useModel();
  const action = useAction();
  const models = useLive((state) => state.models);
  const timeoutMs = useLive((state) => state.settings?.timeoutMs ?? DEFAULT_SETTINGS.timeoutMs);
  const [provider, setProvider] = useState<Provider>('google_genai');
  const [name, setName] = useState('');
  const [baseUrl, setBaseUrl] = useState('');
  const draft = {
    name: name.trim() === '' ? nameFor(provider, baseUrl) : name.trim(),
    provider,
    baseUrl: baseUrl.trim(),
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs,
    options: {},
  };
  const model = defaultModel(models, provider)?.id ?? 'model';
  const problem =
    baseUrlProblem(baseUrl) ?? (action.error?.field === 'baseUrl' ? action.error.sentence : undefined);

  const add = () =>
    void action.run(async () => {
      const view = await backend.client.endpoints.add(draft);
      const others = live.getState().endpoints.filter((other) => other.endpoint.id !== view.endpoint.id);
      accept({ kind: 'endpoints', endpoints: [...others, view] });
      ui.setState({
        view: { kind: 'endpoints', endpointId: view.endpoint.id },
        overlay: { kind: 'addKeys', endpointId: view.endpoint.id },
      });
    });

  return (
    <Dialog onClose={onClose} title="Add an endpoint">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <SelectField
          autoFocus
          label="Protocol"
          onChange={(event) => setProvider(event.target.value === 'openai' ? 'openai' : 'google_genai')}
          value={provider}
        >
          {Object.entries(PROVIDER_LABELS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          error={problem}
          hint={
            <>
              Blank is the official one. Sends to <code>{requestUrl(draft, model, 'edit')}</code>
            </>
          }
          label="Base URL"
          onChange={(event) => setBaseUrl(event.target.value)}
          placeholder={OFFICIAL_BASE_URLS[provider]}
          value={baseUrl}
        />
        {sendsInClear(baseUrl) && (
          <Notice tone="warn">This address is not encrypted: keys and pictures travel in clear.</Notice>
        )}
        <TextField
          label="Name"
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          placeholder={nameFor(provider, baseUrl)}
          value={name}
        />
        {action.error !== null && action.error.field !== 'baseUrl' && (
          <Notice tone="bad">{action.error.sentence}</Notice>
        )}
        <div className="dialog-foot">
          <button className="btn" onClick={onClose} type="button">
            Cancel
          </button>
          <button
            className="btn primary"
            disabled={baseUrlProblem(baseUrl) !== undefined || action.isBusy}
            type="submit"
          >
            Add and enter keys
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The host says best what a relay is called. */
export function nameFor(provider: Provider, baseUrl: string): string {
  const text = baseUrl.trim();
  return URL.canParse(text) && new URL(text).host !== ''
    ? new URL(text).host
    : `${PROVIDER_LABELS[provider]} official`;
}
