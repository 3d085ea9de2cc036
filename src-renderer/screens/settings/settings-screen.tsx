/** The defaults of new runs, the look of the window, and where things are. Each change is saved at once. */
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import type { Settings } from '@shared/model/settings';
import { EditorSetting } from '../../pictures/editor-setting';
import { isVaultLocked, openVault, useLive, useModel } from '../../state/app-model';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { CapsFields } from '../../ui/caps-fields';
import { Checkbox, NumberField, SelectField, TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { vaultSentence } from '../../shell/status-line';
import { Appearance } from './appearance';
import { OwnModels } from './own-models';
import { PoolSection } from './pool-settings';
import { ServiceSection } from './service-section';
import { SettingRow } from './setting-row';
import { useSettingsKeys } from './use-settings-keys';
import './settings.css';
import { Keys } from '../../ui/keys';

export function SettingsScreen() {
  const settings = useLive((state) => state.settings);
  const isInBrowser = useModel().backend.browser !== undefined;
  useSettingsKeys();
  return (
    <>
      <header className="head">
        <h1>Settings</h1>
        <p className="sub">
          Saved when you leave a field, or with <Keys press="Ctrl+S" />. Sections: <Keys press="Ctrl+↓" />{' '}
          <Keys press="Ctrl+↑" />
        </p>
      </header>
      <div className="scroll settings">
        {isInBrowser && (
          <Notice tone="info">
            These settings belong to the computer that runs Brushfleet: change them in its window. Only
            Appearance is this browser’s own.
          </Notice>
        )}
        <fieldset className="settings-fields" disabled={isInBrowser}>
          {settings !== null && <RunDefaults settings={settings} />}
          {settings !== null && <DayCaps settings={settings} />}
          {settings !== null && <Pool settings={settings} />}
          <ServiceSection />
          {!isInBrowser && <EditorSetting />}
        </fieldset>
        <Appearance />
        <KeysLink />
        <fieldset className="settings-fields" disabled={isInBrowser}>
          <OwnModels />
          {settings !== null && <LogSettings settings={settings} />}
        </fieldset>
        <About />
      </div>
    </>
  );
}

/** Saves a part of the settings; the answer is the truth. */
function useSave() {
  const { backend, live } = useModel();
  const action = useAction();
  const save = (part: Partial<Settings>) =>
    void action.run(async () => live.setState({ settings: await backend.client.settings.set(part) }));
  return { action, save };
}

interface NumberSetting {
  readonly key: 'concurrency' | 'workers' | 'maxRetries' | 'retryDelayMs' | 'timeoutMs';
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  /** How many of the stored unit make one of the shown. */
  readonly scale: number;
}

const NUMBER_SETTINGS: readonly NumberSetting[] = [
  {
    key: 'concurrency',
    label: 'Requests in flight',
    hint: 'Over all endpoints',
    min: 1,
    max: 1024,
    scale: 1,
  },
  {
    key: 'workers',
    label: 'Worker threads',
    hint: 'At most; one for each 32 requests in flight',
    min: 1,
    max: 64,
    scale: 1,
  },
  {
    key: 'maxRetries',
    label: 'Retries of a failed row',
    hint: 'Keys at their limit do not count',
    min: 0,
    max: 100,
    scale: 1,
  },
  {
    key: 'retryDelayMs',
    label: 'First retry after',
    hint: 'Seconds; longer for each further one',
    min: 0,
    max: 3600,
    scale: 1000,
  },
  { key: 'timeoutMs', label: 'Timeout', hint: 'Seconds; for new endpoints', min: 1, max: 3600, scale: 1000 },
];

function RunDefaults({ settings }: { readonly settings: Settings }) {
  const { action, save } = useSave();
  return (
    <section aria-labelledby="run-defaults" className="settings-part">
      <h2 id="run-defaults">New runs</h2>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <OutputFolder onSave={save} settings={settings} />
      {NUMBER_SETTINGS.map((setting) => (
        <NumberRow key={setting.key} onSave={save} setting={setting} settings={settings} />
      ))}
      <SettingRow
        isOwn={settings.allowPrivateUrls !== DEFAULT_SETTINGS.allowPrivateUrls}
        name="Private addresses"
        onReset={() => save({ allowPrivateUrls: DEFAULT_SETTINGS.allowPrivateUrls })}
        standard="off"
      >
        <Checkbox
          checked={settings.allowPrivateUrls}
          label="Fetch pictures from this computer and the local network when a row names such an address"
          onChange={(event) => save({ allowPrivateUrls: event.target.checked })}
        />
      </SettingRow>
      <SettingRow
        isOwn={settings.measureResults !== DEFAULT_SETTINGS.measureResults}
        name="Measure results"
        onReset={() => save({ measureResults: DEFAULT_SETTINGS.measureResults })}
        standard="on"
      >
        <Checkbox
          checked={settings.measureResults}
          label="Look for results that are unchanged, blank, duplicates, redrawn or of the wrong size"
          onChange={(event) => save({ measureResults: event.target.checked })}
        />
      </SettingRow>
      <SettingRow
        isOwn={settings.stayAwake !== DEFAULT_SETTINGS.stayAwake}
        name="Stay awake"
        onReset={() => save({ stayAwake: DEFAULT_SETTINGS.stayAwake })}
        standard="off"
      >
        <Checkbox
          checked={settings.stayAwake}
          label="Keep this computer awake while a run is under way"
          onChange={(event) => save({ stayAwake: event.target.checked })}
        />
        <p className="hint">
          The screen may go dark. Closing the lid still sends it to sleep; runs go on when it wakes.
        </p>
      </SettingRow>
    </section>
  );
}

/** What a day may cost at most; a run that would go over it pauses. */
function DayCaps({ settings }: { readonly settings: Settings }) {
  const { action, save } = useSave();
  return (
    <section aria-labelledby="day-caps" className="settings-part">
      <h2 id="day-caps">Daily caps</h2>
      <p className="hint">
        Over all runs, from midnight to midnight. When one is reached, runs finish what is in flight and
        pause.
      </p>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <SettingRow
        isOwn={Object.keys(settings.dayCaps).length > 0}
        name="the daily caps"
        onReset={() => save({ dayCaps: DEFAULT_SETTINGS.dayCaps })}
        standard="none"
      >
        <div className="caps-pair">
          <CapsFields
            caps={settings.dayCaps}
            costHint="US dollars a day; blank: no cap"
            onChange={(dayCaps) => save({ dayCaps })}
            requestsHint="Requests a day; blank: no cap"
            tells="left"
          />
        </div>
      </SettingRow>
    </section>
  );
}

function Pool({ settings }: { readonly settings: Settings }) {
  const { action, save } = useSave();
  return <PoolSection error={action.error} onSave={(pool) => save({ pool })} pool={settings.pool} />;
}

interface NumberRowProps {
  readonly setting: NumberSetting;
  readonly settings: Settings;
  onSave(part: Partial<Settings>): void;
}

function NumberRow({ setting, settings, onSave }: NumberRowProps) {
  const { key, label, hint, min, max, scale } = setting;
  const standard = DEFAULT_SETTINGS[key];
  return (
    <SettingRow
      isOwn={settings[key] !== standard}
      name={label}
      onReset={() => onSave({ [key]: standard })}
      standard={String(standard / scale)}
    >
      <NumberField
        hint={hint}
        label={label}
        max={max}
        min={min}
        onChange={(value) => onSave({ [key]: value === undefined ? standard : Math.round(value * scale) })}
        value={settings[key] / scale}
      />
    </SettingRow>
  );
}

function OutputFolder({
  settings,
  onSave,
}: {
  readonly settings: Settings;
  onSave(part: Partial<Settings>): void;
}) {
  const initial = useLive((state) => state.info?.defaultOutputDir ?? '');
  return (
    <SettingRow
      isOwn={settings.outputDir !== ''}
      name="Output folder"
      onReset={() => onSave({ outputDir: '' })}
      standard={initial}
    >
      <TextField
        defaultValue={settings.outputDir}
        hint="Each run gets a folder of its own in it"
        key={settings.outputDir}
        label="Output folder"
        onBlur={(event) =>
          event.target.value !== settings.outputDir && onSave({ outputDir: event.target.value.trim() })
        }
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        placeholder={initial}
      />
    </SettingRow>
  );
}

function KeysLink() {
  const model = useModel();
  const vault = useLive((state) => state.vault);
  return (
    <section aria-labelledby="keys" className="settings-part">
      <h2 id="keys">Endpoints and keys</h2>
      <div className="row">
        <p className="sub grow">{vaultSentence(vault)}.</p>
        {isVaultLocked(vault) && (
          <button className="btn" onClick={() => void openVault(model)} type="button">
            Unlock…
          </button>
        )}
        <button
          className="btn"
          onClick={() => show(model.ui, { kind: 'endpoints', endpointId: null })}
          type="button"
        >
          Open Endpoints
        </button>
      </div>
    </section>
  );
}

const LOG_LEVELS: readonly { readonly level: Settings['logLevel']; readonly label: string }[] = [
  { level: 'error', label: 'Errors' },
  { level: 'warning', label: 'Warnings' },
  { level: 'info', label: 'Normal' },
  { level: 'debug', label: 'Everything, with prompts' },
];

function LogSettings({ settings }: { readonly settings: Settings }) {
  const { backend } = useModel();
  const { action, save } = useSave();
  return (
    <section aria-labelledby="log" className="settings-part">
      <h2 id="log">Log</h2>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <SettingRow
        isOwn={settings.logLevel !== DEFAULT_SETTINGS.logLevel}
        name="Log level"
        onReset={() => save({ logLevel: DEFAULT_SETTINGS.logLevel })}
        standard="Normal"
      >
        <SelectField
          hint="Keys are never written; prompts only with Everything"
          label="Log level"
          onChange={(event) => {
            const chosen = LOG_LEVELS.find(({ level }) => level === event.target.value);
            if (chosen !== undefined) {
              save({ logLevel: chosen.level });
            }
          }}
          value={settings.logLevel}
        >
          {LOG_LEVELS.map(({ level, label }) => (
            <option key={level} value={level}>
              {label}
            </option>
          ))}
        </SelectField>
      </SettingRow>
      <div>
        <button
          className="btn"
          onClick={() => void action.run(() => backend.client.system.openLogs())}
          type="button"
        >
          Open logs folder
        </button>
      </div>
    </section>
  );
}

function About() {
  const info = useLive((state) => state.info);
  const { browser } = useModel().backend;
  if (info === null) {
    return null;
  }
  return (
    <section aria-labelledby="about" className="settings-part">
      <h2 id="about">About</h2>
      <p className="hint">
        Brushfleet {info.version}. Library: <code>{info.libraryDir}</code>
      </p>
      {browser !== undefined && (
        <button className="btn small" onClick={() => void browser.logOut()} type="button">
          Log out of this browser
        </button>
      )}
    </section>
  );
}
