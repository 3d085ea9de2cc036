/** Gives the present instruction, and its settings if wished, a name. */
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Checkbox, TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { modelOf } from './composer-rules';
import { tagsOf } from './preset-search';
import { useAskContext } from './use-studio';
import type { StudioView } from './use-studio';

export function SavePresetDialog({ view, onClose }: { readonly view: StudioView; onClose(): void }) {
  const { backend, ui } = useModel();
  const action = useAction();
  const context = useAskContext(view);
  const [name, setName] = useState('');
  const [tags, setTags] = useState('');
  const [hasSettings, setHasSettings] = useState(false);
  const { draft } = view;
  const model = modelOf(draft, context);
  const save = async () => {
    const saved = await backend.client.presets.save({
      name: name.trim(),
      instruction: draft.instruction,
      tags: tagsOf(tags),
      ...(hasSettings
        ? {
            ...(model === undefined ? {} : { model }),
            ...(draft.aspectRatio === '' ? {} : { aspectRatio: draft.aspectRatio }),
            ...(draft.imageSize === '' ? {} : { imageSize: draft.imageSize }),
            ...(draft.quality === '' ? {} : { quality: draft.quality }),
            variants: draft.variants,
          }
        : {}),
    });
    toast(ui, `Saved the preset “${saved.name}”`);
    onClose();
  };
  return (
    <Dialog onClose={onClose} title="Save as a preset">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(save);
        }}
      >
        <TextField
          autoFocus
          label="Name"
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          value={name}
        />
        <p className="preset-text">{draft.instruction}</p>
        <TextField
          hint="Separated by commas"
          label="Tags"
          onChange={(event) => setTags(event.target.value)}
          value={tags}
        />
        <Checkbox
          checked={hasSettings}
          label="With model, shape and number of variants"
          onChange={(event) => setHasSettings(event.target.checked)}
        />
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action="Save preset"
          isDisabled={name.trim() === '' || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
