/** A story's cover, characters and scenes as a run of pictures. */
import { isDemoModel } from '@shared/demo';
import type { ModelChoice } from '@shared/model/run';
import type { Story } from '@shared/story';
import { useState } from 'react';
import { priceOfJobs, priceWords } from '../../jobs/job-price';
import { openVault, useLive, useModel } from '../../state/app-model';
import { modelsFor } from '../../state/model-tasks';
import { sharedChoices } from '../../state/new-run-draft';
import { canServe, likelyModel } from '../../state/served-models';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Checkbox, SelectField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';

type Which = 'cover' | 'characters' | 'scenes';

interface StoryPicturesProps {
  readonly story: Story;
  readonly jobId: number;
  onClose(): void;
}

export function StoryPicturesDialog({ story, jobId, onClose }: StoryPicturesProps) {
  const model = useModel();
  const action = useAction();
  const models = useLive((state) => state.models);
  const likely = likelyModel(
    't2i',
    useLive((state) => state),
  );
  const [chosen, setChosen] = useState<ModelChoice | null>(null);
  const [which, setWhich] = useState<readonly Which[]>(['cover', 'characters', 'scenes']);
  const [aspectRatio, setRatio] = useState('');
  const [imageSize, setSize] = useState('');
  const choice =
    chosen ?? (likely === undefined ? undefined : { provider: likely.provider, model: likely.id });
  const { sizes, ratios } = sharedChoices(choice === undefined ? [] : [choice], models);
  const [ratio, size] = [kept(aspectRatio, ratios), kept(imageSize, sizes)];
  const counts: Readonly<Record<Which, number>> = {
    cover: 1,
    characters: story.character_list.length,
    scenes: story.scene_list.length,
  };
  const total = which.reduce((sum, one) => sum + counts[one], 0);
  const price =
    choice === undefined
      ? undefined
      : priceOfJobs(total, { models: [choice], ...(size === '' ? {} : { imageSize: size }) }, models);
  const start = () =>
    void action.run(async () => {
      if (choice === undefined || !(isDemoModel(choice) || (await openVault(model)))) {
        return;
      }
      const run = await model.backend.client.text.storyPictures({
        jobId,
        model: choice,
        which: [...which],
        ...(ratio === '' ? {} : { aspectRatio: ratio }),
        ...(size === '' ? {} : { imageSize: size }),
      });
      model.accept({ kind: 'run', run });
      onClose();
      show(model.ui, { kind: 'runs', runId: run.id });
    });
  return (
    <Dialog onClose={onClose} title={`Pictures of “${story.story_title}”`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <fieldset className="plain row wrap">
          <legend className="legend">Of what</legend>
          {(['cover', 'characters', 'scenes'] as const).map((one) => (
            <Checkbox
              checked={which.includes(one)}
              key={one}
              label={one === 'cover' ? 'The cover' : plural(counts[one], one.slice(0, -1))}
              onChange={() =>
                setWhich(which.includes(one) ? which.filter((other) => other !== one) : [...which, one])
              }
            />
          ))}
        </fieldset>
        <div className="fields">
          <PictureModelSelect choice={choice} onChange={setChosen} />
          <ChoiceSelect label="Ratio" onChange={setRatio} value={ratio} values={ratios} />
          <ChoiceSelect label="Size" onChange={setSize} value={size} values={sizes} />
        </div>
        <p className="hint">
          {plural(total, 'picture')}, {priceWords(price)}
        </p>
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action={`Make ${plural(total, 'picture')}`}
          isDisabled={action.isBusy || choice === undefined || total === 0}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function kept(value: string, values: readonly string[]): string {
  return values.includes(value) ? value : '';
}

interface ModelProps {
  readonly choice: ModelChoice | undefined;
  onChange(choice: ModelChoice): void;
}

function PictureModelSelect({ choice, onChange }: ModelProps) {
  const models = useLive((state) => state.models);
  const endpoints = useLive((state) => state.endpoints);
  const offered = modelsFor(models, 't2i').filter(
    ({ state, id }) => state !== 'ended' || id === choice?.model,
  );
  const ready = offered.filter(({ provider, id }) => canServe(endpoints, { provider, model: id }));
  const groups = [
    { label: 'Ready', models: ready },
    { label: 'No usable key yet', models: offered.filter((model) => !ready.includes(model)) },
  ];
  return (
    <SelectField
      className="span2"
      label="Model"
      onChange={(event) => {
        const model = offered.find(({ provider, id }) => `${provider} ${id}` === event.target.value);
        if (model !== undefined) {
          onChange({ provider: model.provider, model: model.id });
        }
      }}
      value={choice === undefined ? '' : `${choice.provider} ${choice.model}`}
    >
      {choice === undefined && <option value="">Choose a model</option>}
      {groups.map(
        (group) =>
          group.models.length > 0 && (
            <optgroup key={group.label} label={group.label}>
              {group.models.map(({ provider, id, label }) => (
                <option key={`${provider} ${id}`} value={`${provider} ${id}`}>
                  {label}
                </option>
              ))}
            </optgroup>
          ),
      )}
    </SelectField>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  onChange(value: string): void;
}

function ChoiceSelect({ label, value, values, onChange }: ChoiceProps) {
  return (
    <SelectField label={label} onChange={(event) => onChange(event.target.value)} value={value}>
      <option value="">Auto</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </SelectField>
  );
}
