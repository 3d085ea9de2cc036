/** The fields of an endpoint. Each is saved when it is left; a refusal stands under its field. */
import type { EndpointView } from '@shared/contract';
import type { Endpoint, EndpointOptions } from '@shared/model/endpoint';
import { OFFICIAL_BASE_URLS } from '@shared/model/provider';
import { requestUrl } from '@shared/request-url';
import { defaultModel } from '@shared/resolve-model';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import type { ActionError } from '../../state/use-action';
import { Checkbox, NumberField, SelectField, TextField } from '../../ui/field';
import { formatPercent } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { baseUrlProblem, PROVIDER_LINKS, sendsInClear, trafficShare } from './endpoint-words';

type Save = (part: Partial<Endpoint>) => void;

export function EndpointForm({ view }: { readonly view: EndpointView }) {
  const { backend, accept, live } = useModel();
  const action = useAction();
  const { endpoint } = view;
  const save: Save = (part) =>
    void action.run(async () => {
      const { demo: _, ...draft } = { ...endpoint, ...part };
      const saved = await backend.client.endpoints.update(draft);
      const endpoints = live
        .getState()
        .endpoints.map((old) => (old.endpoint.id === endpoint.id ? saved : old));
      accept({ kind: 'endpoints', endpoints });
    });
  const errorOf = (field: string) => (action.error?.field === field ? action.error.sentence : undefined);
  const isPlaced = ['name', 'baseUrl', 'apiVersion'].includes(action.error?.field ?? '');
  return (
    <div className="pad stack">
      {action.error !== null && !isPlaced && <Notice tone="bad">{action.error.sentence}</Notice>}
      <div className="fields">
        {!endpoint.demo && (
          <>
            <CommitField
              className="span2"
              error={errorOf('name')}
              initial={endpoint.name}
              label="Name"
              maxLength={120}
              onCommit={(name) => name.trim() !== '' && save({ name: name.trim() })}
            />
            <div className="field">
              <span className="legend">State</span>
              <Checkbox
                checked={endpoint.enabled}
                label="Enabled"
                onChange={(event) => save({ enabled: event.target.checked })}
              />
            </div>
            <Links endpoint={endpoint} />
            <BaseUrl endpoint={endpoint} error={action.error} onSave={save} />
          </>
        )}
        {endpoint.demo && (
          <div className="field span2">
            <span className="legend">State</span>
            <Checkbox
              checked={endpoint.enabled}
              label="Enabled; its address is chosen when Brushfleet starts it"
              onChange={(event) => save({ enabled: event.target.checked })}
            />
          </div>
        )}
        {!endpoint.demo && <Limits onSave={save} view={view} />}
      </div>
      {!endpoint.demo && endpoint.provider === 'openai' && <RelayOptions endpoint={endpoint} onSave={save} />}
    </div>
  );
}

interface BaseUrlProps {
  readonly endpoint: Endpoint;
  readonly error: ActionError | null;
  readonly onSave: Save;
}

function BaseUrl({ endpoint, error, onSave }: BaseUrlProps) {
  const models = useLive((state) => state.models);
  const [typed, setTyped] = useState(endpoint.baseUrl);
  const model = defaultModel(models, endpoint.provider)?.id ?? 'model';
  const url = requestUrl({ ...endpoint, baseUrl: typed }, model, 'edit');
  const problem = baseUrlProblem(typed) ?? (error?.field === 'baseUrl' ? error.sentence : undefined);
  const isGoogle = endpoint.provider === 'google_genai';
  return (
    <>
      <TextField
        className={isGoogle ? 'span2' : 'span4'}
        error={problem}
        hint={
          <>
            Sends to <code>{url}</code>
          </>
        }
        label="Base URL"
        onBlur={() =>
          typed !== endpoint.baseUrl && baseUrlProblem(typed) === undefined && onSave({ baseUrl: typed })
        }
        onChange={(event) => setTyped(event.target.value)}
        placeholder={`official: ${OFFICIAL_BASE_URLS[endpoint.provider]}`}
        type="url"
        value={typed}
      />
      {isGoogle && (
        <SelectField
          label="API version"
          onChange={(event) => onSave({ apiVersion: event.target.value })}
          value={endpoint.apiVersion}
        >
          <option value="">From the URL, else v1beta</option>
          {['v1', 'v1beta', 'v1alpha'].map((version) => (
            <option key={version} value={version}>
              {version}
            </option>
          ))}
        </SelectField>
      )}
      {sendsInClear(typed) && (
        <div className="span4">
          <Notice tone="warn">
            This address is not encrypted: keys and pictures travel in clear, readable by everyone on the way.
            Use it only in a network you trust.
          </Notice>
        </div>
      )}
    </>
  );
}

function Limits({ view, onSave }: { readonly view: EndpointView; readonly onSave: Save }) {
  const { endpoint } = view;
  const endpoints = useLive((state) => state.endpoints);
  const share = trafficShare(view, endpoints);
  return (
    <>
      <NumberField
        hint={share > 0 ? `${formatPercent(share)} of its provider’s traffic` : 'gets no traffic now'}
        label="Weight"
        max={10_000}
        min={0}
        onChange={(weight) => onSave({ weight: weight ?? 1 })}
        step={1}
        value={endpoint.weight}
      />
      <NumberField
        hint="keys may have less"
        label="Requests per minute"
        max={1_000_000}
        min={0}
        onChange={(requestsPerMinute) =>
          onSave({
            limits: limitsWith(endpoint, {
              requestsPerMinute: requestsPerMinute && Math.round(requestsPerMinute),
            }),
          })
        }
        placeholder="no limit"
        value={endpoint.limits.requestsPerMinute || undefined}
      />
      <NumberField
        hint="besides the run’s own"
        label="Requests in flight"
        max={1024}
        min={0}
        onChange={(concurrency) =>
          onSave({ limits: limitsWith(endpoint, { concurrency: concurrency && Math.round(concurrency) }) })
        }
        placeholder="no limit"
        value={endpoint.limits.concurrency || undefined}
      />
      <NumberField
        hint="then the request is ended"
        label="Timeout, seconds"
        max={3600}
        min={1}
        onChange={(seconds) => onSave({ timeoutMs: Math.round((seconds ?? 300) * 1000) })}
        value={endpoint.timeoutMs / 1000}
      />
    </>
  );
}

/** A limit that is absent or 0 is no limit, and is left out. */
function limitsWith(
  endpoint: Endpoint,
  change: { requestsPerMinute?: number | undefined; concurrency?: number | undefined },
): Endpoint['limits'] {
  const { requestsPerMinute, concurrency } = { ...endpoint.limits, ...change };
  return {
    ...(requestsPerMinute ? { requestsPerMinute } : {}),
    ...(concurrency ? { concurrency } : {}),
  };
}

interface RelayOptionsProps {
  readonly endpoint: Endpoint;
  readonly onSave: Save;
}

function RelayOptions({ endpoint, onSave }: RelayOptionsProps) {
  const { options } = endpoint;
  const set = (part: EndpointOptions) => onSave({ options: { ...options, ...part } });
  return (
    <details className="relay">
      <summary>For relays that differ from OpenAI</summary>
      <div className="fields">
        <SelectField
          label="Images are asked for at"
          onChange={(event) => set({ imagesVia: event.target.value === 'chat' ? 'chat' : 'images' })}
          value={options.imagesVia ?? 'images'}
        >
          <option value="images">/images (OpenAI)</option>
          <option value="chat">/chat/completions</option>
        </SelectField>
        <SelectField
          label="Several pictures are sent as"
          onChange={(event) => set({ editField: event.target.value === 'image' ? 'image' : 'image[]' })}
          value={options.editField ?? 'image[]'}
        >
          <option value="image[]">image[] (OpenAI)</option>
          <option value="image">image</option>
        </SelectField>
        <SelectField
          label="response_format"
          onChange={(event) => set({ responseFormat: responseFormatOf(event.target.value) })}
          value={options.responseFormat ?? 'auto'}
        >
          <option value="auto">Where the model knows it</option>
          <option value="always">Always</option>
          <option value="never">Never</option>
        </SelectField>
      </div>
    </details>
  );
}

function responseFormatOf(value: string): 'auto' | 'always' | 'never' {
  return value === 'always' || value === 'never' ? value : 'auto';
}

function Links({ endpoint }: { readonly endpoint: Endpoint }) {
  const { backend } = useModel();
  const action = useAction();
  const links = PROVIDER_LINKS[endpoint.provider];
  const entries = [
    ['Pricing', links.pricing],
    ['Quota', links.quota],
    ['Usage', links.usage],
    ['Keys', links.keys],
  ] as const;
  return (
    <div className="field">
      <span className="legend">At the provider</span>
      <div className="row wrap links">
        {entries.map(([label, url]) => (
          <button
            className="link"
            key={label}
            onClick={() => void action.run(() => backend.client.system.openLink({ url }))}
            title={url}
            type="button"
          >
            {label}
          </button>
        ))}
      </div>
      {action.error !== null && <span className="field-error">{action.error.sentence}</span>}
    </div>
  );
}

interface CommitFieldProps
  extends Omit<React.ComponentProps<typeof TextField>, 'value' | 'onChange' | 'onBlur'> {
  readonly initial: string;
  onCommit(value: string): unknown;
}

/** A text field that tells its value when it is left, or at Enter. */
function CommitField({ initial, onCommit, ...field }: CommitFieldProps) {
  const [typed, setTyped] = useState(initial);
  return (
    <TextField
      {...field}
      onBlur={() => typed !== initial && onCommit(typed)}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      value={typed}
    />
  );
}
