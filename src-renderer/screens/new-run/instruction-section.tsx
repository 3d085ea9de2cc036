/** Step 2: the instruction template with its column chips, and what it says for the chosen row. */
import { detectImageColumns } from '@shared/columns';
import type { Task } from '@shared/model/run';
import { parseTemplate, unknownColumns } from '@shared/template';
import { useLive } from '../../state/app-model';
import { likelyModel } from '../../state/new-run-draft';
import { Notice } from '../../ui/notice';
import { TemplateField } from './template-field';
import type { DraftView } from './use-draft';

export function InstructionSection({ view }: { readonly view: DraftView }) {
  const { draft, columns, sample, change } = view;
  const isKnown = sample.kind === 'ready' && columns.length > 0;
  const unknown = isKnown ? unknownColumns(parseTemplate(draft.instruction), columns) : [];
  return (
    <>
      <h2>Instruction</h2>
      <TaskChoice view={view} />
      <TemplateField
        columns={columns}
        label={draft.task === 'edit' ? 'What to do with every row’s pictures' : 'What to draw for every row'}
        onChange={(instruction) => change({ instruction })}
        value={draft.instruction}
      />
      {unknown.length > 0 && (
        <Notice tone="warn">
          The dataset has no column {unknown.map((name) => `“${name}”`).join(', ')}. Insert one of its columns
          instead.
        </Notice>
      )}
    </>
  );
}

const TASKS: readonly { readonly task: Task; readonly label: string }[] = [
  { task: 'edit', label: 'Edit the row’s pictures' },
  { task: 't2i', label: 'Generate from text alone' },
];

function TaskChoice({ view }: { readonly view: DraftView }) {
  const { draft, change, columns, dataset } = view;
  const models = useLive((state) => state.models);
  const endpoints = useLive((state) => state.endpoints);
  const hasPictures =
    dataset?.format === 'folder' ||
    dataset?.format === 'images' ||
    (draft.imageColumns ?? detectImageColumns(columns)).length > 0;
  function choose(task: Task): void {
    const able = draft.models.filter((choice) =>
      models.every((model) => model.id !== choice.model || model.tasks.includes(task)),
    );
    const model = able.length > 0 ? undefined : likelyModel(task, { models, endpoints, settings: null });
    change({ task, models: model === undefined ? able : [{ provider: model.provider, model: model.id }] });
  }
  return (
    <fieldset className="plain row wrap">
      <legend className="sr-only">Task</legend>
      {TASKS.map(({ task, label }) => (
        <label className="check" key={task}>
          <input checked={draft.task === task} name="task" onChange={() => choose(task)} type="radio" />
          {label}
        </label>
      ))}
      {draft.task === 'edit' && !hasPictures && (
        <span className="hint">Choose the columns with pictures above, or generate from text alone.</span>
      )}
    </fieldset>
  );
}
