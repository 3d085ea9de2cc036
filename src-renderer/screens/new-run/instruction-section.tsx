/** Step 2: the instruction template with its column chips, and what it says for the chosen row. */
import { detectImageColumns } from '@shared/columns';
import type { Task } from '@shared/model/run';
import { parseTemplate, unknownColumns } from '@shared/template';
import { useLive } from '../../state/app-model';
import { withTask } from '../../state/new-run-draft';
import { ImproveButton } from '../../text/improve-dialog';
import { Notice } from '../../ui/notice';
import { TemplateField } from './template-field';
import { TextSettingsPart } from './text-settings-part';
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
        label={LABELS[draft.task]}
        onChange={(instruction) => change({ instruction })}
        {...(draft.task === 'text' ? { placeholder: 'Describe {{subject}} in one sentence' } : {})}
        value={draft.instruction}
      />
      {draft.task === 'text' ? (
        <TextSettingsPart view={view} />
      ) : (
        <ImproveButton instruction={draft.instruction} onAccept={(instruction) => change({ instruction })} />
      )}
      {unknown.length > 0 && (
        <Notice tone="warn">
          The dataset has no column {unknown.map((name) => `“${name}”`).join(', ')}. Insert one of its columns
          instead.
        </Notice>
      )}
    </>
  );
}

const LABELS: Readonly<Record<Task, string>> = {
  edit: 'What to do with every row’s pictures',
  t2i: 'What to draw for every row',
  text: 'What to ask for every row',
};

const TASKS: readonly { readonly task: Task; readonly label: string }[] = [
  { task: 'edit', label: 'Edit the row’s pictures' },
  { task: 't2i', label: 'Generate from text alone' },
  { task: 'text', label: 'Answer with text' },
];

function TaskChoice({ view }: { readonly view: DraftView }) {
  const { draft, change, columns, dataset } = view;
  const models = useLive((state) => state.models);
  const endpoints = useLive((state) => state.endpoints);
  const hasPictures =
    dataset?.format === 'folder' ||
    dataset?.format === 'images' ||
    (draft.imageColumns ?? detectImageColumns(columns)).length > 0;
  return (
    <fieldset className="plain row wrap">
      <legend className="sr-only">Task</legend>
      {TASKS.map(({ task, label }) => (
        <label className="check" key={task}>
          <input
            checked={draft.task === task}
            name="task"
            onChange={() => change(withTask(draft, task, { models, endpoints }))}
            type="radio"
          />
          {label}
        </label>
      ))}
      {draft.task === 'edit' && !hasPictures && (
        <span className="hint">Choose the columns with pictures above, or generate from text alone.</span>
      )}
    </fieldset>
  );
}
