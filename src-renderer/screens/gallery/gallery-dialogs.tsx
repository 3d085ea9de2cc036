/** What the gallery asks before it does something: a tag, how much a rerun is, a row, a name, the end of the trash. */
import type { SelectionSum } from '@shared/model/gallery';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { useModel } from '../../state/app-model';
import { countSelected, toGallerySelection } from '../../state/gallery-selection';
import { useAction } from '../../state/use-action';
import { toast } from '../../state/ui-store';
import { ConfirmDialog, Dialog, DialogFoot } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { formatBytes, formatCount, formatUsd, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { StartArena } from '../arena/start-arena';
import { useCounted } from './use-counted';

export function GalleryDialogs() {
  const { gallery } = useModel();
  const dialog = useStore(gallery.store, (state) => state.dialog);
  const close = () => gallery.store.setState({ dialog: 'none' });
  switch (dialog) {
    case 'none':
      return null;
    case 'tag':
      return <TagDialog onClose={close} />;
    case 'rerun':
      return <RerunDialog onClose={close} />;
    case 'jump':
      return <JumpDialog onClose={close} />;
    case 'saveView':
      return <SaveViewDialog onClose={close} />;
    case 'emptyTrash':
      return <EmptyTrashDialog onClose={close} />;
    case 'arena':
      return <ArenaDialog onClose={close} />;
  }
}

interface Closing {
  onClose(): void;
}

interface FormProps extends Closing {
  readonly title: string;
  readonly action: string;
  readonly isDisabled: boolean;
  readonly children: ReactNode;
  onSubmit(): void;
}

function FormDialog({ title, action, isDisabled, children, onSubmit, onClose }: FormProps) {
  return (
    <Dialog onClose={onClose} title={title}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <DialogFoot action={action} isDisabled={isDisabled} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** Blind comparison of what was selected when it was opened. */
function ArenaDialog({ onClose }: Closing) {
  const model = useModel();
  const [chosen] = useState(() => {
    const meant = model.gallery.meant();
    const selection = toGallerySelection(meant);
    return selection === null ? null : { selection, count: countSelected(meant) };
  });
  return chosen === null ? null : <StartArena chosen={chosen} onClose={onClose} />;
}

function TagDialog({ onClose }: Closing) {
  const { gallery } = useModel();
  const tags = useStore(gallery.store, (state) => state.tags);
  const counted = useCounted();
  const selection = 'selection' in counted ? counted.selection : null;
  const [name, setName] = useState('');
  useEffect(() => void gallery.loadViews().catch(() => undefined), [gallery]);
  const known = tags.find((tag) => tag.name.toLowerCase() === name.trim().toLowerCase());
  const act = (kind: 'addTag' | 'removeTag', tag: string) => {
    if (selection !== null) {
      void gallery.work.change(selection, { kind, name: tag.trim() });
      onClose();
    }
  };
  return (
    <FormDialog
      action={known === undefined ? 'Add new tag' : 'Add tag'}
      isDisabled={name.trim() === '' || selection === null}
      onClose={onClose}
      onSubmit={() => act('addTag', name)}
      title={counted.kind === 'counted' ? `Tag ${plural(counted.sum.count, 'result')}` : 'Tag'}
    >
      <TextField
        autoFocus
        label="Tag"
        list="gallery-tags"
        maxLength={60}
        onChange={(event) => setName(event.target.value)}
        value={name}
      />
      <datalist id="gallery-tags">
        {tags.map((tag) => (
          <option key={tag.id} value={tag.name} />
        ))}
      </datalist>
      {tags.length > 0 && (
        <div aria-label="Tags in use" className="chips" role="group">
          {tags.map((tag) => (
            <button
              className="chip"
              disabled={selection === null}
              key={tag.id}
              onClick={() => act('addTag', tag.name)}
              type="button"
            >
              {tag.name} <span className="num hint">{formatCount(tag.count)}</span>
            </button>
          ))}
        </div>
      )}
      {known !== undefined && (
        <button
          className="link"
          disabled={selection === null}
          onClick={() => act('removeTag', known.name)}
          type="button"
        >
          Remove the tag “{known.name}” instead
        </button>
      )}
      {counted.kind === 'failed' && <Notice tone="bad">{counted.sentence}</Notice>}
    </FormDialog>
  );
}

function RerunDialog({ onClose }: Closing) {
  const { gallery } = useModel();
  const counted = useCounted();
  const sum = counted.kind === 'counted' ? counted.sum : null;
  const submit = () => {
    if (counted.kind === 'counted') {
      onClose();
      void gallery.work.rerun(counted.selection);
    }
  };
  return (
    <FormDialog
      action={sum === null ? 'Rerun' : `Rerun ${plural(sum.count, 'job')}`}
      isDisabled={sum === null || sum.count === 0}
      onClose={onClose}
      onSubmit={submit}
      title={sum === null ? 'Rerun' : `Rerun ${plural(sum.count, 'job')}`}
    >
      {sum !== null && (
        <p>
          Sent again as {sum.count === 1 ? 'it was' : 'they were'}
          {sum.runs > 1 && `, in ${plural(sum.runs, 'run')}`}
          {sum.costUsd === null
            ? '; what that costs is not known.'
            : `, for about ${formatUsd(sum.costUsd)}, which is what it cost before.`}{' '}
          {sum.done > 0 && `The present ${plural(sum.done, 'picture')} will stay, as an earlier version.`}
        </p>
      )}
      {counted.kind === 'failed' && <Notice tone="bad">{counted.sentence}</Notice>}
    </FormDialog>
  );
}

function JumpDialog({ onClose }: Closing) {
  const { gallery } = useModel();
  const [text, setText] = useState('');
  const [isAbsent, setAbsent] = useState(false);
  const index = /^\d+$/.test(text.trim()) ? Number(text.trim()) : null;
  const submit = async () => {
    if (index !== null && (await gallery.jumpTo(index))) {
      onClose();
      document.querySelector<HTMLElement>('[role=grid] [tabindex="0"], [role=grid][tabindex="0"]')?.focus();
    } else {
      setAbsent(true);
    }
  };
  return (
    <FormDialog
      action="Go"
      isDisabled={index === null}
      onClose={onClose}
      onSubmit={() => void submit()}
      title="Go to row"
    >
      <TextField
        autoFocus
        error={isAbsent ? `No row ${text.trim()} is shown: clear the filters, or try another.` : undefined}
        hint="The number on the tile. Press Go again for the same row in the next run."
        inputMode="numeric"
        label="Row"
        onChange={(event) => {
          setText(event.target.value);
          setAbsent(false);
        }}
        value={text}
      />
    </FormDialog>
  );
}

function SaveViewDialog({ onClose }: Closing) {
  const { backend, gallery, ui } = useModel();
  const query = useStore(gallery.store, (state) => state.query);
  const [name, setName] = useState('');
  const action = useAction();
  const submit = async () => {
    const saved = await action.run(() => backend.client.gallery.saveView({ name: name.trim(), query }));
    if (saved !== undefined) {
      await gallery.loadViews();
      toast(ui, `Saved the view “${saved.name}”`);
      onClose();
    }
  };
  return (
    <FormDialog
      action="Save view"
      isDisabled={name.trim() === '' || action.isBusy}
      onClose={onClose}
      onSubmit={() => void submit()}
      title="Save this view"
    >
      <TextField
        autoFocus
        hint="Keeps the search, filters and order; new results that match appear in it, too."
        label="Name"
        maxLength={120}
        onChange={(event) => setName(event.target.value)}
        value={name}
      />
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </FormDialog>
  );
}

function EmptyTrashDialog({ onClose }: Closing) {
  const { backend, gallery } = useModel();
  const [sum, setSum] = useState<SelectionSum | null>(null);
  useEffect(() => {
    const query = { ...gallery.store.getState().query, text: '', facets: ANY_STATE, place: 'trash' as const };
    backend.client.gallery
      .sum({ selection: { kind: 'matching', query, except: [] } })
      .then(setSum, () => undefined);
  }, [backend, gallery]);
  return (
    <ConfirmDialog
      action="Empty the trash"
      onClose={onClose}
      onConfirm={() => void gallery.work.emptyTrash()}
      title="Empty the trash?"
    >
      <p>
        {sum === null
          ? 'All files in it'
          : `${plural(sum.count, 'result')}, ${formatBytes(sum.bytes)} of files,`}{' '}
        move to the system’s trash. Brushfleet removes them from its library; you can still restore the files
        from the system’s trash.
      </p>
    </ConfirmDialog>
  );
}

const ANY_STATE = { state: { include: ['done', 'failed', 'unknown'], exclude: [] } };
