/** The program that pictures are opened in from the studio: the system's choice, or one the user picked. */
import { useEffect, useState } from 'react';
import { SettingRow } from '../screens/settings/setting-row';
import { useModel } from '../state/app-model';
import { useAction } from '../state/use-action';
import { Notice } from '../ui/notice';

export function EditorSetting() {
  const { backend } = useModel();
  const { pictures } = backend.client;
  const action = useAction();
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    pictures.editor().then(
      (editor) => isCurrent && setName(editor.name),
      // Until it is asked for again, the system's choice is shown.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [pictures]);
  const change = (call: () => Promise<{ name: string | null }>) =>
    void action.run(async () => setName((await call()).name));
  return (
    <section aria-labelledby="pictures" className="settings-part">
      <h2 id="pictures">Pictures</h2>
      <SettingRow
        isOwn={name !== null}
        name="Program for pictures"
        onReset={() => change(() => pictures.forgetEditor())}
        standard="the system’s choice"
      >
        <div className="row">
          <span className="grow">
            Pictures of the studio are opened for editing in{' '}
            <b>{name ?? 'the program your system chooses'}</b>
          </span>
          <button
            className="btn"
            disabled={action.isBusy}
            onClick={() => change(() => pictures.chooseEditor())}
            type="button"
          >
            Choose a program…
          </button>
        </div>
      </SettingRow>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </section>
  );
}
