/** A new endpoint: the official one of a provider, or a relay. */
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { OFFICIAL_BASE_URLS, requestUrl } from '@shared/request-url';
import { defaultModel } from '@shared/resolve-model';
import { sendsInClear } from '@shared/sends-in-clear';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { makesPictures } from '../../state/model-tasks';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import type { Client } from '../../api';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { ProviderSelect } from '../../ui/provider-select';
import { baseUrlProblem, otherProtocol } from './endpoint-links';

type EndpointDraft = Parameters<Client['endpoints']['add']>[0];

interface Entered {
  readonly provider: Provider;
  readonly name: string;
  readonly baseUrl: string;
}

export function AddEndpointDialog({ onClose }: { onClose(): void }) {
  const { backend, accept, live, ui } = useModel();
  const action = useAction();
  const timeoutMs = useLive((state) => state.settings?.timeoutMs ?? DEFAULT_SETTINGS.timeoutMs);
  const [entered, setEntered] = useState<Entered>({ provider: 'google_genai', name: '', baseUrl: '' });
  const draft = draftOf(entered, timeoutMs);
  const errorOf = (field: string) => (action.error?.field === field ? action.error.sentence : undefined);
  const isPlaced = ['baseUrl', 'name'].includes(action.error?.field ?? '');
  const add = () =>
    void action.run(async () => {
      const view = await backend.client.endpoints.add(draft);
      const { id } = view.endpoint;
      const others = () => live.getState().endpoints.filter((other) => other.endpoint.id !== id);
      accept(() => ({ kind: 'endpoints', endpoints: [...others(), view] }));
      show(ui, { kind: 'endpoints', endpointId: id });
      ui.setState({ overlay: { kind: 'addKeys', endpointId: id } });
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
        <EndpointFields
          draft={draft}
          entered={entered}
          onChange={(part) => setEntered((old) => ({ ...old, ...part }))}
          errorOf={errorOf}
        />
        {action.error !== null && !isPlaced && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action="Add and enter keys"
          isDisabled={baseUrlProblem(entered.baseUrl) !== undefined || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function draftOf({ provider, name, baseUrl }: Entered, timeoutMs: number): EndpointDraft {
  return {
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
}

interface EndpointFieldsProps {
  readonly draft: EndpointDraft;
  readonly entered: Entered;
  errorOf(field: string): string | undefined;
  onChange(part: Partial<Entered>): void;
}

function EndpointFields({ draft, entered, errorOf, onChange }: EndpointFieldsProps) {
  const { provider, name, baseUrl } = entered;
  const models = useLive((state) => state.models);
  const model = defaultModel(models.filter(makesPictures), provider)?.id ?? 'model';
  return (
    <>
      <ProviderSelect
        autoFocus
        label="Protocol"
        onChange={(chosen) => onChange({ provider: chosen })}
        value={provider}
      />
      <TextField
        error={baseUrlProblem(baseUrl) ?? errorOf('baseUrl')}
        hint={
          <>
            Blank is the official one. Sends to <code>{requestUrl(draft, model, 'edit')}</code>
          </>
        }
        label="Base URL"
        onChange={(event) => onChange({ baseUrl: event.target.value })}
        placeholder={OFFICIAL_BASE_URLS[provider]}
        value={baseUrl}
      />
      {sendsInClear(baseUrl) && (
        <Notice tone="warn">This address is not encrypted: keys and pictures travel unencrypted.</Notice>
      )}
      <WrongProtocol entered={entered} onChange={onChange} />
      <TextField
        error={errorOf('name')}
        label="Name"
        maxLength={120}
        onChange={(event) => onChange({ name: event.target.value })}
        placeholder={nameFor(provider, baseUrl)}
        value={name}
      />
    </>
  );
}

function WrongProtocol({ entered, onChange }: Pick<EndpointFieldsProps, 'entered' | 'onChange'>) {
  const other = otherProtocol(entered.baseUrl, entered.provider);
  return other === null ? null : (
    <Notice
      action={
        <button className="btn small" onClick={() => onChange({ provider: other })} type="button">
          Use {PROVIDER_LABELS[other]}
        </button>
      }
      tone="warn"
    >
      This address looks like {PROVIDER_LABELS[other]}, and the protocol is{' '}
      {PROVIDER_LABELS[entered.provider]}.
    </Notice>
  );
}

/** The host says best what a relay is called. */
export function nameFor(provider: Provider, baseUrl: string): string {
  const text = baseUrl.trim();
  return URL.canParse(text) && new URL(text).host !== ''
    ? new URL(text).host
    : `${PROVIDER_LABELS[provider]} official`;
}
