/** Takes over endpoints and keys from a `.env` file. The page sees how many, never which. */
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';

export function ImportEnv() {
  const { backend } = useModel();
  const action = useAction();
  const [done, setDone] = useState<{ summary: string; notes: readonly string[] } | null>(null);
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
        summary: `${plural(found.endpoints, 'endpoint')} and ${plural(found.keys, 'key')} taken over${doubles}.`,
        notes: found.notes,
      });
    });
  return (
    <div className="import-env">
      <button className="btn small" disabled={action.isBusy} onClick={importFile} type="button">
        Import .env…
      </button>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
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
