/** Asks in what form a picture is saved; where to is asked by the system. */
import { AS_IT_IS, SAVE_FORMATS } from '@shared/model/picture';
import type { PictureFacts, PictureRef, SaveForm } from '@shared/model/picture';
import { useEffect, useState } from 'react';
import { useModel } from '../state/app-model';
import { toast } from '../state/ui-store';
import { useAction } from '../state/use-action';
import { Dialog, DialogFoot } from '../ui/dialog';
import { Checkbox, NumberField, SelectField } from '../ui/field';
import { Notice } from '../ui/notice';
import '../exports/exports.css';

const FORMATS: Readonly<Record<SaveForm['format'], { readonly name: string; readonly hint: string }>> = {
  original: { name: 'As it is', hint: 'The exact bytes received' },
  png: { name: 'PNG', hint: 'Lossless' },
  jpeg: { name: 'JPEG', hint: 'Small; no transparency' },
  webp: { name: 'WebP', hint: 'Smaller; lossless at 100' },
};

export function SaveDialog({ picture }: { readonly picture: PictureRef }) {
  const { backend, ui, outgoing } = useModel();
  const action = useAction();
  const facts = useFacts(picture);
  const [form, setForm] = useState<SaveForm>(AS_IT_IS);
  const change = (part: Partial<SaveForm>) => setForm((old) => ({ ...old, ...part }));
  const save = () =>
    void action.run(async () => {
      const saved = await backend.client.pictures.saveAs({ picture, form });
      if (saved !== null) {
        outgoing.close();
        toast(ui, `Saved ${saved.fileName}${saved.remark === undefined ? '' : `. ${saved.remark}`}`);
      }
    });
  return (
    <Dialog onClose={outgoing.close} title="Save picture as">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <p className="sub clip">{facts?.fileName ?? ' '}</p>
        <FormatChoice form={form} onChange={(format) => change({ format })} />
        <FormFields change={change} form={form} />
        <RecipeChoice change={change} facts={facts} form={form} />
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot action="Choose where…" isDisabled={action.isBusy} onCancel={outgoing.close} />
      </form>
    </Dialog>
  );
}

function FormatChoice({
  form,
  onChange,
}: {
  readonly form: SaveForm;
  onChange(format: SaveForm['format']): void;
}) {
  return (
    <fieldset className="choices two">
      <legend>Format</legend>
      {SAVE_FORMATS.map((format) => (
        <label className="choice" key={format}>
          <input
            checked={form.format === format}
            name="format"
            onChange={() => onChange(format)}
            type="radio"
            value={format}
          />
          <span>
            <b>{FORMATS[format].name}</b>
            <span className="hint">{FORMATS[format].hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface PartProps {
  readonly form: SaveForm;
  change(part: Partial<SaveForm>): void;
}

function FormFields({ form, change }: PartProps) {
  if (form.format === 'original') {
    return null;
  }
  return (
    <div className="fields two">
      {form.format !== 'png' && (
        <NumberField
          label="Quality"
          max={100}
          min={1}
          onChange={(quality) => quality !== undefined && change({ quality })}
          value={form.quality}
        />
      )}
      <SelectField
        label="Colours"
        onChange={(event) => change({ colour: event.target.value === 'srgb' ? 'srgb' : 'keep' })}
        value={form.colour}
      >
        <option value="keep">Keep the colour profile</option>
        <option value="srgb">Convert to sRGB</option>
      </SelectField>
    </div>
  );
}

function RecipeChoice({ form, change, facts }: PartProps & { readonly facts: PictureFacts | null }) {
  const isUntouched = form.format === 'original' && facts?.isSigned === true;
  return (
    <>
      <Checkbox
        checked={form.embedRecipe && facts?.hasRecipe !== false}
        disabled={facts?.hasRecipe === false}
        label={
          isUntouched
            ? 'Save its recipe in a file beside it'
            : 'Embed its recipe: instruction, model and settings, so that it can be dropped back in'
        }
        onChange={(event) => change({ embedRecipe: event.target.checked })}
      />
      {facts?.isSigned === true && (
        <Notice tone="info">
          {form.format === 'original'
            ? 'This picture is signed (Content Credentials). It is saved without changing a byte.'
            : 'This picture is signed (Content Credentials). The converted copy will not be.'}
        </Notice>
      )}
    </>
  );
}

/** Null until they are known; a picture that is gone is told by the saving itself. */
function useFacts(picture: PictureRef): PictureFacts | null {
  const { backend } = useModel();
  const [facts, setFacts] = useState<PictureFacts | null>(null);
  useEffect(() => {
    let isCurrent = true;
    backend.client.pictures.facts({ picture }).then(
      (found) => isCurrent && setFacts(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, picture]);
  return facts;
}
