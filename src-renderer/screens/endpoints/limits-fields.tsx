/** The limits that may stand on an endpoint, a key, a quota group or a model of them. */
import type { Limits } from '@shared/model/endpoint';
import { ACCOUNT_TIERS } from '@shared/pool-presets';
import { Checkbox, NumberField, SelectField } from '../../ui/field';

type CountLimit = 'requestsPerMinute' | 'requestsPerDay' | 'tokensPerMinute' | 'concurrency';

const COUNTS: readonly (readonly [CountLimit, string, string])[] = [
  ['requestsPerMinute', 'Requests per minute', 'in any 60 seconds'],
  ['requestsPerDay', 'Requests per day', 'from reset to reset'],
  ['tokensPerMinute', 'Tokens per minute', 'input and output together'],
  ['concurrency', 'Requests in flight', 'at the same time'],
];

/** Those that can be refused. */
export const LIMIT_FIELDS: readonly string[] = [...COUNTS.map(([key]) => key), 'minIntervalMs'];

const LARGEST = 1_000_000_000;
const LONGEST_INTERVAL_S = 3600;

interface LimitsFieldsProps {
  readonly limits: Limits;
  /** `left`: each field is told once it is left, for forms that save at once. */
  readonly tells: 'typed' | 'left';
  /** The sentence a field was refused with. */
  errorOf?(field: string): string | undefined;
  onChange(limits: Limits): void;
}

export function LimitsFields({ limits, tells, errorOf = () => undefined, onChange }: LimitsFieldsProps) {
  return (
    <>
      {COUNTS.map(([key, label, hint]) => (
        <NumberField
          error={errorOf(key)}
          hint={hint}
          key={key}
          label={label}
          max={LARGEST}
          min={0}
          onChange={(value) => onChange(withLimit(limits, key, value && Math.round(value)))}
          placeholder="no limit"
          tells={tells}
          value={limits[key] || undefined}
        />
      ))}
      <NumberField
        error={errorOf('minIntervalMs')}
        hint="between two requests"
        label="Interval, seconds"
        max={LONGEST_INTERVAL_S}
        min={0}
        onChange={(seconds) =>
          onChange(withLimit(limits, 'minIntervalMs', seconds && Math.round(seconds * 1000)))
        }
        placeholder="none"
        step={0.1}
        tells={tells}
        value={limits.minIntervalMs ? limits.minIntervalMs / 1000 : undefined}
      />
      <div className="field">
        <span className="legend">Spread</span>
        <Checkbox
          checked={limits.evenly === true}
          disabled={!limits.requestsPerMinute}
          label="Evenly"
          onChange={(event) => onChange(withLimit(limits, 'evenly', event.target.checked || undefined))}
        />
        <span className="hint">over the minute, not in a burst</span>
      </div>
      <TierFill limits={limits} onChange={onChange} />
    </>
  );
}

/** 0 and blank are no limit, and are left out. */
export function withLimit<K extends keyof Limits>(
  limits: Limits,
  key: K,
  value: Limits[K] | undefined,
): Limits {
  const { [key]: _, ...others } = limits;
  return value ? { ...others, [key]: value } : (others as Limits);
}

/** Fills the limits in from what an account of old was allowed. */
function TierFill({ limits, onChange }: { readonly limits: Limits; onChange(limits: Limits): void }) {
  const current = ACCOUNT_TIERS.find((tier) =>
    Object.entries(tier.limits).every(([key, value]) => limits[key as keyof Limits] === value),
  );
  return (
    <SelectField
      className="span2"
      hint="Gemini’s figures of 2025. Providers change them: check yours, then adapt."
      label="Fill in from an account tier"
      onChange={(event) => {
        const tier = ACCOUNT_TIERS.find(({ id }) => id === event.target.value);
        if (tier !== undefined) {
          onChange({ ...limits, ...tier.limits });
        }
      }}
      value={current?.id ?? ''}
    >
      <option value="">{Object.keys(limits).length === 0 ? 'None' : 'Custom'}</option>
      {ACCOUNT_TIERS.map((tier) => (
        <option key={tier.id} value={tier.id}>
          {tier.name}: {tierWords(tier.limits)}
        </option>
      ))}
    </SelectField>
  );
}

function tierWords(limits: Limits): string {
  const count = (value: number | undefined) => (value ?? 0).toLocaleString('en-US');
  return `${count(limits.requestsPerMinute)} a minute, ${count(limits.requestsPerDay)} a day, ${count(limits.concurrency)} at once`;
}

/** Said wherever limits are set. */
export function NoLimitHint() {
  return (
    <p className="hint">
      0 or blank is no limit. To send nothing, pause instead. All limits that apply must allow a request.
    </p>
  );
}
