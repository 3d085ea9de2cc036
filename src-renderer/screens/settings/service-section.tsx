/** The local service: its switch and address, what it is doing, and the tokens that may use it. */
import type { ServiceSettings, ServiceStatus } from '@shared/contract/service';
import { DEFAULT_SERVICE_SETTINGS } from '@shared/contract/service';
import { useCallback, useEffect, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { copyText } from '../../ui/copy-text';
import { Checkbox, NumberField, TextField } from '../../ui/field';
import { formatCount, formatDateTime, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { ServiceTokens } from './service-tokens';
import { SettingRow } from './setting-row';

interface ServiceView {
  /** Null until they are known. */
  readonly settings: ServiceSettings | null;
  readonly status: ServiceStatus | null;
  /** Why they could not be read. */
  readonly sentence: string | null;
  took(settings: ServiceSettings, status: ServiceStatus): void;
}

/** What is asked for again while it is looked at: requests come from elsewhere. */
const LOOK_EVERY_MS = 2000;

function useService(): ServiceView {
  const { backend } = useModel();
  const isLive = useLive((state) => state.connection.kind === 'live');
  const [state, setState] = useState<Omit<ServiceView, 'took'>>({
    settings: null,
    status: null,
    sentence: null,
  });
  useEffect(() => {
    if (!isLive) {
      return;
    }
    let isCurrent = true;
    const { service } = backend.client;
    const look = async () => {
      const [settings, status] = await Promise.all([service.settings(), service.status()]);
      return { settings, status, sentence: null };
    };
    const again = () =>
      look().then(
        (found) => isCurrent && setState(found),
        (error: unknown) => isCurrent && setState((old) => ({ ...old, sentence: sentenceOf(error) })),
      );
    void again();
    const timer = setInterval(() => void again(), LOOK_EVERY_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [backend, isLive]);
  const took = useCallback(
    (settings: ServiceSettings, status: ServiceStatus) => setState({ settings, status, sentence: null }),
    [],
  );
  return { ...state, took };
}

export function ServiceSection() {
  const view = useService();
  return (
    <section aria-labelledby="service" className="settings-part">
      <h2 id="service">Service</h2>
      <p className="sub">
        Programs on this computer send their requests through your keys: chat, structured answers, stories,
        and whatever speaks the protocol of OpenAI or Gemini. They share the pool, its limits and its journal.
      </p>
      {view.sentence !== null && <Notice tone="bad">{view.sentence}</Notice>}
      {view.settings !== null && view.status !== null && (
        <Switch settings={view.settings} status={view.status} took={view.took} />
      )}
      <ServiceTokens />
    </section>
  );
}

interface SwitchProps {
  readonly settings: ServiceSettings;
  readonly status: ServiceStatus;
  took: ServiceView['took'];
}

function Switch({ settings, status, took }: SwitchProps) {
  const { backend } = useModel();
  const action = useAction();
  // Shown at once; what it came to is told a moment later.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const save = (part: Partial<ServiceSettings>) => {
    const next = { ...settings, ...part };
    setWanted(next.enabled);
    void action
      .run(async () => took(next, await backend.client.service.set(next)))
      .finally(() => setWanted(null));
  };
  const { port } = DEFAULT_SERVICE_SETTINGS;
  return (
    <>
      <div className="row">
        <Checkbox
          checked={wanted ?? settings.enabled}
          disabled={action.isBusy}
          label="Run the service on this computer"
          onChange={(event) => save({ enabled: event.target.checked })}
        />
        <StatusPill status={status} />
      </div>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      {status.kind === 'failed' && <Notice tone="bad">{status.reason}</Notice>}
      {status.kind === 'on' && <Address status={status} />}
      <SettingRow
        isOwn={settings.port !== port}
        name="Port"
        onReset={() => save({ port })}
        standard={String(port)}
      >
        <NumberField
          hint={
            settings.enabled
              ? 'The service moves to the new port at once'
              : 'Reachable from this computer only'
          }
          label="Port"
          max={65_535}
          min={1}
          onChange={(value) => save({ port: Math.round(value ?? port) })}
          tells="left"
          value={settings.port}
        />
      </SettingRow>
      <SettingRow
        isOwn={settings.allowedHosts.length > 0}
        name="Allowed hosts"
        onReset={() => save({ allowedHosts: [] })}
        standard="none"
      >
        <TextField
          defaultValue={settings.allowedHosts.join(', ')}
          hint="Host names it answers to besides localhost, separated by commas"
          key={settings.allowedHosts.join(' ')}
          label="Allowed hosts"
          onBlur={(event) => {
            const allowedHosts = hostsOf(event.target.value);
            if (allowedHosts.join(' ') !== settings.allowedHosts.join(' ')) {
              save({ allowedHosts });
            }
          }}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          placeholder="none"
        />
      </SettingRow>
    </>
  );
}

export function hostsOf(text: string): string[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

function StatusPill({ status }: { readonly status: ServiceStatus }) {
  switch (status.kind) {
    case 'off':
      return <Pill tone="idle">Off</Pill>;
    case 'on':
      return <Pill tone="ok">On</Pill>;
    case 'failed':
      return <Pill tone="bad">Not running</Pill>;
  }
}

function Address({ status }: { readonly status: Extract<ServiceStatus, { kind: 'on' }> }) {
  const { ui } = useModel();
  const { address, since, requests, inFlight, waiting, concurrency } = status;
  return (
    <div className="stack">
      <div className="row">
        <code className="service-address">{address}</code>
        <button
          className="btn small"
          onClick={() => copyText(address) && toast(ui, 'Copied the address')}
          type="button"
        >
          Copy address
        </button>
      </div>
      <p className="hint num">
        {plural(requests, 'request')} since {formatDateTime(since)} · {formatCount(inFlight)} of{' '}
        {formatCount(concurrency)} in flight
        {waiting === 0 ? '' : ` · ${formatCount(waiting)} waiting`}
      </p>
      <p className="hint">
        OpenAI clients take <code>{address}/v1</code> as their base URL, Google’s take <code>{address}</code>;
        the other routes are described at <code>{address}/docs</code>.
      </p>
    </div>
  );
}
