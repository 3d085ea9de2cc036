/** The open tree as a folder with its pictures and one JSON file; shows how far it is, and can be stopped. */
import type { Progress } from '@shared/contract/base';
import type { Tree } from '@shared/model/studio';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { attempt } from './studio-actions';
import { keyWords } from '../../ui/keys';

/** Marks the button that the key presses too. */
export const EXPORT_CLASS = 'studio-export';

export function TreeExport({ tree, glyph }: { readonly tree: Tree; readonly glyph: ReactNode }) {
  const model = useModel();
  const [progress, setProgress] = useState<Progress | null>(null);
  const stopping = useRef<AbortController | null>(null);
  useEffect(() => () => stopping.current?.abort(), []);

  async function start(): Promise<void> {
    const { client } = model.backend;
    const grant = await client.files.pick({ purpose: 'outputFolder' });
    if (grant === null) {
      return;
    }
    const stop = new AbortController();
    stopping.current = stop;
    try {
      const steps = await client.studio.exportTree(
        { treeId: tree.id, grant: grant.token },
        { signal: stop.signal },
      );
      for await (const one of steps) {
        setProgress(one);
        if (one.isOver) {
          toast(model.ui, one.sentence ?? `Exported “${tree.name}” to ${grant.name}`);
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) {
        throw error;
      }
    } finally {
      setProgress(null);
    }
  }
  if (progress !== null) {
    return (
      <span aria-live="polite" className="row num">
        {formatCount(progress.done)}/{formatCount(progress.total)}
        <button className="btn small" onClick={() => stopping.current?.abort()} type="button">
          Stop
        </button>
      </span>
    );
  }
  return (
    <button
      aria-keyshortcuts="Shift+E"
      aria-label="Export this tree as a folder"
      className={`btn ghost icon small ${EXPORT_CLASS}`}
      onClick={() => void attempt(model, start)}
      title={`Export this tree as a folder (${keyWords('Shift+E')})`}
      type="button"
    >
      {glyph}
    </button>
  );
}
