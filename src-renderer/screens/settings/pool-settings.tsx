/** How keys are treated as a whole: a preset, or each figure by itself. */
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import type { PoolSettings } from '@shared/model/settings';
import { POOL_PRESETS, presetOf } from '@shared/pool-presets';
import type { ActionError } from '../../state/use-action';
import { Checkbox, NumberField, SelectField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { SettingRow } from './setting-row';

interface PoolProps {
  readonly pool: PoolSettings;
  readonly error: ActionError | null;
  onSave(pool: PoolSettings): void;
}

type NumberKey = Exclude<keyof PoolSettings, 'banProtection' | 'freeKeys'>;

interface PoolNumber {
  readonly key: NumberKey;
  readonly label: string;
  readonly hint: string;
  readonly max: number;
  /** How many of the stored unit make one of the shown. */
  readonly scale: number;
}

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY_S = 86_400;

const NUMBERS: readonly PoolNumber[] = [
  {
    key: 'keyCooldownMs',
    label: 'A key rests after each answer',
    hint: 'Seconds; 0: not at all',
    max: DAY_S,
    scale: SECOND,
  },
  {
    key: 'exhaustedWaitMs',
    label: 'Wait for a minute quota',
    hint: 'Seconds, where the provider names none; 0: 5 s, doubled each time, at most 5 min',
    max: DAY_S,
    scale: SECOND,
  },
  {
    key: 'strikes',
    label: 'Quota failures until a key is out',
    hint: 'In a row; 0: never',
    max: 100,
    scale: 1,
  },
  {
    key: 'fullyExhaustedWaitMs',
    label: 'A key that is out stays out',
    hint: 'Hours, after that many quota failures',
    max: 168,
    scale: HOUR,
  },
  {
    key: 'minIntervalMs',
    label: 'Between any two requests',
    hint: 'Seconds, over all endpoints; 0: none',
    max: DAY_S,
    scale: SECOND,
  },
  {
    key: 'concurrency',
    label: 'Requests in flight, in all',
    hint: 'Over all runs and endpoints; 0: no bound',
    max: 4096,
    scale: 1,
  },
  {
    key: 'slotCooldownMs',
    label: 'A slot rests after each answer',
    hint: 'Seconds, where requests in flight are bounded',
    max: DAY_S,
    scale: SECOND,
  },
  {
    key: 'banPauseMs',
    label: 'Rest after a suspected ban',
    hint: 'Seconds, with the protection below',
    max: DAY_S,
    scale: SECOND,
  },
];

export function PoolSection({ pool, error, onSave }: PoolProps) {
  const change = (part: Partial<PoolSettings>) => onSave({ ...pool, ...part });
  const isPlaced = NUMBERS.some(({ key }) => key === error?.field);
  return (
    <section aria-labelledby="pool" className="settings-part">
      <h2 id="pool">Pool</h2>
      <p className="sub">
        How keys take turns and rest, for all endpoints. Limits of a key, a group or an endpoint are set under
        Endpoints.
      </p>
      {error !== null && !isPlaced && <Notice tone="bad">{error.sentence}</Notice>}
      <Presets onSave={onSave} pool={pool} />
      {NUMBERS.map((setting) => (
        <PoolNumberRow
          error={error?.field === setting.key ? error.sentence : undefined}
          key={setting.key}
          onChange={change}
          pool={pool}
          setting={setting}
        />
      ))}
      <BanProtection onChange={change} pool={pool} />
      <FreeKeys onChange={change} pool={pool} />
    </section>
  );
}

function Presets({ pool, onSave }: Omit<PoolProps, 'error'>) {
  const current = presetOf(pool);
  return (
    <fieldset className="plain presets">
      <legend className="legend">Preset</legend>
      {POOL_PRESETS.map((preset) => (
        <label className="choice" key={preset.id}>
          <input
            checked={preset === current}
            name="pool-preset"
            onChange={() => onSave(preset.settings)}
            type="radio"
          />
          <span>
            <b>{preset.name}</b>
            <span className="hint">{preset.description}</span>
          </span>
        </label>
      ))}
      {current === undefined && (
        <label className="choice">
          <input checked name="pool-preset" readOnly type="radio" />
          <span>
            <b>Custom</b>
            <span className="hint">
              Values below differ from every preset. Choosing a preset replaces them all.
            </span>
          </span>
        </label>
      )}
    </fieldset>
  );
}

interface RowProps {
  readonly pool: PoolSettings;
  onChange(part: Partial<PoolSettings>): void;
}

interface PoolNumberRowProps extends RowProps {
  readonly setting: PoolNumber;
  readonly error: string | undefined;
}

function PoolNumberRow({ setting, pool, error, onChange }: PoolNumberRowProps) {
  const { key, label, hint, max, scale } = setting;
  const standard = DEFAULT_POOL_SETTINGS[key];
  return (
    <SettingRow
      isOwn={pool[key] !== standard}
      name={label}
      onReset={() => onChange({ [key]: standard })}
      standard={String(standard / scale)}
    >
      <NumberField
        error={error}
        hint={hint}
        label={label}
        max={max}
        min={0}
        onChange={(value) => onChange({ [key]: value === undefined ? standard : Math.round(value * scale) })}
        step={scale === 1 ? 1 : 0.5}
        tells="left"
        value={pool[key] / scale}
      />
    </SettingRow>
  );
}

function BanProtection({ pool, onChange }: RowProps) {
  return (
    <SettingRow
      isOwn={pool.banProtection !== DEFAULT_POOL_SETTINGS.banProtection}
      name="Protection against bans"
      onReset={() => onChange({ banProtection: DEFAULT_POOL_SETTINGS.banProtection })}
      standard="off"
    >
      <Checkbox
        checked={pool.banProtection}
        label="Let an endpoint rest when three keys in a row are refused without a named quota: it may be banning this computer"
        onChange={(event) => onChange({ banProtection: event.target.checked })}
      />
    </SettingRow>
  );
}

const FREE_KEYS: readonly (readonly [PoolSettings['freeKeys'], string])[] = [
  ['alike', 'Take turns with paid ones'],
  ['first', 'Go first: paid keys only when no free key can send'],
  ['last', 'Go last: only when no paid key can send'],
];

function FreeKeys({ pool, onChange }: RowProps) {
  return (
    <SettingRow
      isOwn={pool.freeKeys !== DEFAULT_POOL_SETTINGS.freeKeys}
      name="Free keys"
      onReset={() => onChange({ freeKeys: DEFAULT_POOL_SETTINGS.freeKeys })}
      standard="take turns"
    >
      <SelectField
        hint="Keys are marked free or paid under Endpoints"
        label="Free keys"
        onChange={(event) => {
          const chosen = FREE_KEYS.find(([value]) => value === event.target.value);
          if (chosen !== undefined) {
            onChange({ freeKeys: chosen[0] });
          }
        }}
        value={pool.freeKeys}
      >
        {FREE_KEYS.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </SelectField>
    </SettingRow>
  );
}
