/** Takes over endpoints and keys from a `.env` file. The page sees how many, never which. */
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import type { ActionError } from '../../state/use-action';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';

interface EnvImport {
  readonly isBusy: boolean;
  readonly error: ActionError | null;
  /** What the last one brought. */
  readonly done: { readonly summary: string; readonly notes: readonly string[] } | null;
  importFile(): void;
}

export function useImportEnv(): EnvImport {
  const { backend } = useModel();
  const action = useAction();
  const [done, setDone] = useState<EnvImport['done']>(null);
  const importFile = () =>
    void action.run(async () => {
      setDone(null);
      const grant = await backend.client.files.pick({ purpose: 'envFile' });
      if (grant === null) {
        return;
      }
      const found = await backend.client.keys.importEnv({ grant: grant.token });
      const doubles = found.duplicates === 0 ? '' : `, ${found.duplicates} already here`;
      setDone({
        summary: `${plural(found.endpoints, 'endpoint')} and ${plural(found.keys, 'key')} imported${doubles}.`,
        notes: found.notes,
      });
    });
  return { isBusy: action.isBusy, error: action.error, done, importFile };
}

export function ImportEnv({ env }: { readonly env: EnvImport }) {
  const { isBusy, error, done, importFile } = env;
  return (
    <div className="import-env">
      <button
        aria-keyshortcuts="i"
        className="btn small"
        disabled={isBusy}
        onClick={importFile}
        title="I"
        type="button"
      >
        Import .env…
      </button>
      {error !== null && <Notice tone="bad">{error.sentence}</Notice>}
      {done !== null && (
        <Notice tone="info">
          {done.summary}
          {done.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Notice>
      )}
    </div>
  );
}
