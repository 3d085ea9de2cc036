/** Presets and everything that was asked before, with one search over both; Enter takes the chosen one. */
import type { Preset } from '@shared/model/studio';
import { Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { actOf } from '../../keys/key-line';
import { LIBRARY_KEYS } from '../../keys/studio-keys';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { withPreset } from '../../state/studio-draft';
import { Dialog } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { matchingPresets } from './preset-search';
import { replaceDraft } from './studio-actions';
import type { StudioView } from './use-studio';

interface LibraryProps {
  readonly view: StudioView;
  onClose(): void;
}

type Found =
  | { readonly kind: 'preset'; readonly preset: Preset }
  | { readonly kind: 'earlier'; readonly instruction: string };

export function PromptLibrary({ view, onClose }: LibraryProps) {
  const model = useModel();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const library = useLibrary(search);
  const found: readonly Found[] = [
    ...matchingPresets(library.presets, search).map((preset) => ({ kind: 'preset', preset }) as const),
    ...library.earlier.map((instruction) => ({ kind: 'earlier', instruction }) as const),
  ];
  const shown = Math.min(at, found.length - 1);
  const take = (one: Found | undefined) => {
    if (one !== undefined) {
      replaceDraft(model, view.treeId, (draft) =>
        one.kind === 'preset' ? withPreset(draft, one.preset) : { ...draft, instruction: one.instruction },
      );
      onClose();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = actOf(LIBRARY_KEYS, event);
    if (act === undefined) {
      return;
    }
    event.preventDefault();
    if (act === 'take') {
      take(found[shown]);
    } else {
      setAt(Math.max(0, Math.min(found.length - 1, shown + (act === 'next' ? 1 : -1))));
    }
  };
  return (
    <Dialog className="wide" onClose={onClose} title="Prompts">
      <Field hint="All words must occur; arrow keys select, Enter uses the prompt" label="Search">
        {(wiring) => (
          <input
            {...wiring}
            aria-controls="prompt-list"
            autoComplete="off"
            autoFocus
            className="input"
            onChange={(event) => {
              setSearch(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
            type="search"
            value={search}
          />
        )}
      </Field>
      {library.sentence !== null && <Notice tone="bad">{library.sentence}</Notice>}
      <PromptList found={found} onRemove={library.remove} onTake={take} shown={shown} />
      <div className="dialog-foot">
        <button className="btn ghost" onClick={library.importFile} type="button">
          Import…
        </button>
        <button
          className="btn ghost"
          disabled={library.presets.length === 0}
          onClick={library.exportFile}
          type="button"
        >
          Export…
        </button>
        <span className="grow" />
        <button
          className="btn"
          disabled={view.draft.instruction.trim() === ''}
          onClick={() => model.studio.setState({ dialog: { kind: 'savePreset' } })}
          type="button"
        >
          Save this prompt…
        </button>
        <button className="btn" onClick={onClose} type="button">
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface ListProps {
  readonly found: readonly Found[];
  readonly shown: number;
  onTake(one: Found): void;
  onRemove(preset: Preset): void;
}

function PromptList({ found, shown, onTake, onRemove }: ListProps) {
  if (found.length === 0) {
    return <p className="hint">Nothing found. What you send is listed here, and so are your presets.</p>;
  }
  return (
    <ul aria-label="Prompts found" className="prompt-list" id="prompt-list">
      {found.map((one, at) => (
        <li key={one.kind === 'preset' ? `preset ${one.preset.id}` : one.instruction}>
          <button
            aria-current={at === shown ? 'true' : undefined}
            className="prompt-item"
            onClick={() => onTake(one)}
            ref={at === shown ? intoView : undefined}
            type="button"
          >
            {one.kind === 'preset' && <b>{one.preset.name}</b>}
            <span>{one.kind === 'preset' ? one.preset.instruction : one.instruction}</span>
            {one.kind === 'preset' && <small>{presetNote(one.preset)}</small>}
          </button>
          {one.kind === 'preset' && (
            <button
              aria-label={`Remove ${one.preset.name}`}
              className="btn ghost icon small"
              onClick={() => onRemove(one.preset)}
              title="Remove"
              type="button"
            >
              <Trash2 aria-hidden="true" size={13} />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function intoView(element: HTMLElement | null): void {
  if (typeof element?.scrollIntoView === 'function') {
    element.scrollIntoView({ block: 'nearest' });
  }
}

function presetNote(preset: Preset): string {
  return [
    preset.model?.model,
    preset.aspectRatio,
    preset.imageSize,
    preset.quality,
    preset.variants === undefined ? undefined : plural(preset.variants, 'variant'),
    ...preset.tags.map((tag) => `#${tag}`),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

const MOST_FOUND = 100;

function useLibrary(search: string) {
  const { backend, ui } = useModel();
  const { client } = backend;
  const action = useAction();
  const { run } = action;
  const [presets, setPresets] = useState<readonly Preset[]>([]);
  const [earlier, setEarlier] = useState<readonly string[]>([]);
  useEffect(() => {
    void run(async () => setPresets(await client.presets.list()));
  }, [client, run]);
  useEffect(() => {
    let isCurrent = true;
    void client.studio.instructions({ search: search.trim(), limit: MOST_FOUND }).then(
      (found) => isCurrent && setEarlier(found.map(({ instruction }) => instruction)),
      () => isCurrent && setEarlier([]),
    );
    return () => {
      isCurrent = false;
    };
  }, [client, search]);
  const reload = async () => setPresets(await client.presets.list());
  return {
    presets,
    earlier,
    sentence: action.error?.sentence ?? null,
    remove: (preset: Preset) =>
      void run(async () => {
        await client.presets.remove({ presetId: preset.id });
        await reload();
        const restore = async () => {
          await client.presets.restore({ preset });
          await reload();
        };
        toast(ui, `Removed the preset “${preset.name}”`, { label: 'Undo', run: () => void run(restore) });
      }),
    exportFile: () =>
      void run(async () => {
        const name = await client.presets.export();
        if (name !== null) {
          toast(ui, `Exported ${name}`);
        }
      }),
    importFile: () =>
      void run(async () => {
        const grant = await client.files.pick({ purpose: 'presets' });
        if (grant === null) {
          return;
        }
        const { added, duplicates } = await client.presets.import({ grant: grant.token });
        await reload();
        toast(
          ui,
          `${plural(added, 'preset')} added${duplicates === 0 ? '' : `, ${duplicates} already here`}`,
        );
      }),
  };
}
