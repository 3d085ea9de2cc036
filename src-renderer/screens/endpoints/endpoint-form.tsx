/** The settings of an endpoint. Each is saved when it is left; a refusal stands under its field. */
import type { EndpointView } from '@shared/contract';
import { adaptiveSchema } from '@shared/model/endpoint';
import type { Adaptive, Endpoint } from '@shared/model/endpoint';
import { DEFAULT_RESET_ZONE, PROVIDER_TRAITS } from '@shared/model/provider';
import type { Provider } from '@shared/model/provider';
import { isTimeZone } from '@shared/time-zone';
import { useId, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import type { ActionError } from '../../state/use-action';
import { NumberField, SelectField, TextField } from '../../ui/field';
import { formatPercent } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { BaseUrl } from './base-url-field';
import { PROVIDER_LINKS } from './endpoint-links';
import { trafficShare } from './endpoint-words';
import { LIMIT_FIELDS, LimitsFields, NoLimitHint } from './limits-fields';
import { RelayOptions } from './relay-options';
import { draftShares } from './weights';

/** A field that is there and undefined is taken away. */
type EndpointChange = { readonly [Field in keyof Endpoint]?: Endpoint[Field] | undefined };

interface PartProps {
  readonly view: EndpointView;
  readonly error: ActionError | null;
  onSave(change: EndpointChange): void;
}

/** Controls that show their refusal themselves. */
const PLACED = ['name', 'baseUrl', 'apiVersion', 'weight', 'timeoutMs', 'resetZone', ...LIMIT_FIELDS];

export function EndpointForm({ view }: { readonly view: EndpointView }) {
  const { backend, accept, live } = useModel();
  const action = useAction();
  const { endpoint } = view;
  const save = (change: EndpointChange) =>
    void action.run(async () => {
      const saved = await backend.client.endpoints.update(changed(endpoint, change));
      accept(() => ({
        kind: 'endpoints',
        endpoints: live.getState().endpoints.map((old) => (old.endpoint.id === endpoint.id ? saved : old)),
      }));
    });
  const part: PartProps = { view, error: action.error, onSave: save };
  return (
    <div className="endpoint-form">
      {action.error !== null && !PLACED.includes(action.error.field ?? '') && (
        <div className="pad">
          <Notice tone="bad">{action.error.sentence}</Notice>
        </div>
      )}
      {!endpoint.demo && <Address {...part} />}
      <Traffic {...part} />
      <LimitsPart {...part} />
      {!endpoint.demo && endpoint.provider === 'openai' && (
        <div className="pad">
          <RelayOptions endpoint={endpoint} onSave={save} />
        </div>
      )}
    </div>
  );
}

function changed(endpoint: Endpoint, change: EndpointChange): Omit<Endpoint, 'demo'> {
  const { demo: _, ...draft } = endpoint;
  const entries = Object.entries({ ...draft, ...change }).filter(([, value]) => value !== undefined);
  // What was taken away is optional in an endpoint.
  return Object.fromEntries(entries) as Omit<Endpoint, 'demo'>;
}

const sentenceFor = (error: ActionError | null, field: string) =>
  error?.field === field ? error.sentence : undefined;

function Address({ view, error, onSave }: PartProps) {
  const { endpoint } = view;
  return (
    <section aria-label="Address" className="pad">
      <h2 className="legend part-title">Address</h2>
      <div className="fields">
        <CommitField
          className="span2"
          error={sentenceFor(error, 'name')}
          initial={endpoint.name}
          label="Name"
          maxLength={120}
          onCommit={(name) => name.trim() !== '' && onSave({ name: name.trim() })}
        />
        <Links provider={endpoint.provider} />
        <BaseUrl endpoint={endpoint} error={error} onSave={onSave} />
      </div>
    </section>
  );
}

const ADAPTIVE_WORDS: Readonly<Record<Adaptive, readonly [string, string]>> = {
  off: ['Off', 'the limits below are all there is'],
  on: ['On', 'requests in flight grow while all is well, and fall at 429 and 503'],
  ceiling: ['As a ceiling', 'starts at the number in flight below, and only falls under it'],
};

function Traffic({ view, error, onSave }: PartProps) {
  const { endpoint } = view;
  const adaptive = endpoint.adaptive ?? 'off';
  return (
    <section aria-label="Traffic" className="pad">
      <h2 className="legend part-title">Traffic</h2>
      <div className="fields">
        <WeightField error={error} onSave={onSave} view={view} />
        <NumberField
          error={sentenceFor(error, 'timeoutMs')}
          hint="then the request is ended"
          label="Timeout, seconds"
          max={3600}
          min={1}
          onChange={(seconds) => onSave({ timeoutMs: Math.round((seconds ?? 300) * 1000) })}
          tells="left"
          value={endpoint.timeoutMs / 1000}
        />
        <SelectField
          hint={ADAPTIVE_WORDS[adaptive][1]}
          label="Adapt requests in flight"
          onChange={(event) => {
            const chosen = adaptiveSchema.safeParse(event.target.value);
            if (chosen.success) {
              onSave({ adaptive: chosen.data });
            }
          }}
          value={adaptive}
        >
          {adaptiveSchema.options.map((option) => (
            <option key={option} value={option}>
              {ADAPTIVE_WORDS[option][0]}
            </option>
          ))}
        </SelectField>
        {!endpoint.demo && <ResetZone endpoint={endpoint} error={error} onSave={onSave} />}
      </div>
    </section>
  );
}

/** The share a weight would give is shown while it is typed, before it is saved. */
function WeightField({ view, error, onSave }: PartProps) {
  const endpoints = useLive((state) => state.endpoints);
  const { endpoint } = view;
  const [typed, setTyped] = useState<number | undefined>();
  const isPreview = typed !== undefined && typed !== endpoint.weight;
  const share = draftShares(endpoints, new Map(isPreview ? [[endpoint.id, typed]] : [])).get(endpoint.id);
  const now = trafficShare(view, endpoints);
  const words =
    share === undefined || (share === 0 && !isPreview)
      ? 'gets no traffic now'
      : isPreview
        ? `would be ${formatPercent(share)} of its provider’s traffic`
        : `${formatPercent(share)} of its provider’s traffic${Math.abs(share - now) > 0.005 ? `; ${formatPercent(now)} after recent errors` : ''}`;
  return (
    <NumberField
      error={sentenceFor(error, 'weight')}
      hint={words}
      label="Weight"
      max={10_000}
      min={0}
      onChange={(weight) => {
        setTyped(undefined);
        onSave({ weight: weight ?? 1 });
      }}
      onPreview={setTyped}
      step={0.1}
      tells="left"
      value={endpoint.weight}
    />
  );
}

interface ResetZoneProps extends Omit<PartProps, 'view'> {
  readonly endpoint: Endpoint;
}

function ResetZone({ endpoint, error, onSave }: ResetZoneProps) {
  const list = useId();
  const [problem, setProblem] = useState<string>();
  const own = PROVIDER_TRAITS[endpoint.provider].resetZone ?? DEFAULT_RESET_ZONE;
  const commit = (text: string) => {
    const zone = text.trim();
    const isFine = zone === '' || isTimeZone(zone);
    setProblem(isFine ? undefined : `There is no time zone ${zone}. For example: UTC, Europe/Berlin.`);
    if (isFine) {
      onSave({ resetZone: zone === '' ? undefined : zone });
    }
  };
  return (
    <>
      <CommitField
        error={problem ?? sentenceFor(error, 'resetZone')}
        hint="at midnight of this time zone"
        initial={endpoint.resetZone ?? ''}
        label="Daily limits reset"
        list={list}
        onCommit={commit}
        placeholder={own}
      />
      <datalist id={list}>
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

function LimitsPart({ view, error, onSave }: PartProps) {
  return (
    <section aria-label="Limits" className="pad">
      <h2 className="legend part-title">Limits of the endpoint as a whole; keys and groups have their own</h2>
      <div className="fields">
        <LimitsFields
          errorOf={(field) => sentenceFor(error, field)}
          limits={view.endpoint.limits}
          onChange={(limits) => onSave({ limits })}
          tells="left"
        />
      </div>
      <NoLimitHint />
    </section>
  );
}

function Links({ provider }: { readonly provider: Provider }) {
  const { backend } = useModel();
  const action = useAction();
  const links = PROVIDER_LINKS[provider];
  const entries = [
    ['Pricing', links.pricing],
    ['Quota', links.quota],
    ['Usage', links.usage],
    ['Keys', links.keys],
  ] as const;
  return (
    <div className="field span2">
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
