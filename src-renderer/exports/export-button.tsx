/** Opens the export dialog for what a screen shows. */
import { useKeys } from '../keys/use-keys';
import { EXPORT_KEYS } from '../keys/work-keys';
import { useModel } from '../state/app-model';
import type { ExportSubject } from '../state/outgoing';
import { keyWords } from '../ui/keys';

export function ExportButton({ subject }: { readonly subject: ExportSubject }) {
  const { outgoing } = useModel();
  const ask = () => outgoing.ask({ kind: 'export', subject });
  useKeys(EXPORT_KEYS, { export: ask });
  return (
    <button
      aria-keyshortcuts="Control+E"
      className="btn"
      onClick={ask}
      title={keyWords('Ctrl+E')}
      type="button"
    >
      Export…
    </button>
  );
}
