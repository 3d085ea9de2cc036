/** How the window looks: its theme, and how large it draws everything. */
import { DEFAULT_INTERFACE_SIZE, INTERFACE_SIZES } from '@shared/model/settings';
import type { Theme } from '@shared/model/settings';
import { setInterfaceSize } from '../../shell/interface-size';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { SelectField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { SettingRow } from './setting-row';
import { keyWords } from '../../ui/keys';

const THEMES: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: 'system', label: 'Like the system' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
];

export function Appearance() {
  const { backend, live } = useModel();
  const action = useAction();
  const current = useLive((state) => state.info?.theme);
  const choose = (theme: Theme) =>
    void action.run(async () => {
      await backend.client.system.setTheme({ theme });
      live.setState((state) => (state.info === null ? {} : { info: { ...state.info, theme } }));
    });
  return (
    <section aria-labelledby="appearance" className="settings-part">
      <h2 id="appearance">Appearance</h2>
      <fieldset className="plain row">
        <legend className="legend">Theme</legend>
        {THEMES.map(({ theme, label }) => (
          <label className="check" key={theme}>
            <input checked={theme === current} name="theme" onChange={() => choose(theme)} type="radio" />
            {label}
          </label>
        ))}
      </fieldset>
      {backend.browser === undefined && <InterfaceSize />}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </section>
  );
}

/** Not in a browser, which has a zoom of its own. */
function InterfaceSize() {
  const model = useModel();
  const action = useAction();
  const current = useLive((state) => state.info?.interfaceSize ?? DEFAULT_INTERFACE_SIZE);
  const choose = (percent: number) => void action.run(() => setInterfaceSize(model, percent));
  return (
    <>
      <SettingRow
        isOwn={current !== DEFAULT_INTERFACE_SIZE}
        name="Size"
        onReset={() => choose(DEFAULT_INTERFACE_SIZE)}
        standard={`${DEFAULT_INTERFACE_SIZE} %`}
      >
        <SelectField
          hint={`Of everything in the window; by key: ${keyWords('Ctrl++')} and ${keyWords('Ctrl+−')}`}
          label="Size"
          onChange={(event) => choose(Number(event.target.value))}
          value={current}
        >
          {[...new Set([...INTERFACE_SIZES, current])]
            .toSorted((one, other) => one - other)
            .map((percent) => (
              <option key={percent} value={percent}>
                {percent} %
              </option>
            ))}
        </SelectField>
      </SettingRow>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </>
  );
}
