/** Of a text run: system prompt, shape of the answer, options, and which columns hold files. */
import { detectImageColumns } from '@shared/columns';
import { parseTemplate, unknownColumns } from '@shared/template';
import { useLive } from '../../state/app-model';
import { optionsFor } from '../../state/text-settings';
import type { TextSettings } from '../../state/text-settings';
import { AnswerShapeFields } from '../../text/answer-shape';
import { GenerationFields } from '../../text/generation-fields';
import { Notice } from '../../ui/notice';
import { TemplateField } from './template-field';
import type { DraftView } from './use-draft';

export function TextSettingsPart({ view }: { readonly view: DraftView }) {
  const { draft, columns, sample, change } = view;
  const models = useLive((state) => state.models);
  const options = optionsFor(draft.models, models);
  const set = (part: Partial<TextSettings>) => change({ text: { ...draft.text, ...part } });
  const isKnown = sample.kind === 'ready' && columns.length > 0;
  const unknown = isKnown ? unknownColumns(parseTemplate(draft.text.system), columns) : [];
  const count = options.filter((key) => draft.text.generation[key] !== undefined).length;
  return (
    <>
      <MediaHint columns={columns} imageColumns={draft.imageColumns} prompt={draft.instruction} />
      <AnswerShapeFields onChange={set} schemaRows={12} settings={draft.text} />
      <details open={draft.text.system !== ''}>
        <summary className="legend">System prompt{draft.text.system === '' ? '' : ', set'}</summary>
        <TemplateField
          columns={columns}
          label="Instructions the model gets before the prompt"
          onChange={(system) => set({ system })}
          placeholder="You are a careful editor. Answer in plain words."
          value={draft.text.system}
        />
        {unknown.length > 0 && (
          <Notice tone="warn">
            The dataset has no column {unknown.map((name) => `“${name}”`).join(', ')}. Insert one of its
            columns instead.
          </Notice>
        )}
      </details>
      <details>
        <summary className="legend">Options{count === 0 ? '' : `, ${count} set`}</summary>
        <GenerationFields
          generation={draft.text.generation}
          onChange={(generation) => set({ generation })}
          options={options}
        />
      </details>
    </>
  );
}

/** Columns of sound and video, by their names; the rows say the rest. */
const MEDIA_COLUMN = /^(audio|video)_(path|bytes|url)$/;
const TOKENS = ['<image>', '<audio>', '<video>'] as const;

interface MediaHintProps {
  readonly columns: readonly string[];
  readonly imageColumns: readonly string[] | null;
  readonly prompt: string;
}

function MediaHint({ columns, imageColumns, prompt }: MediaHintProps) {
  const found = [
    ...(imageColumns ?? detectImageColumns(columns)),
    ...columns.filter((column) => MEDIA_COLUMN.test(column.trim().toLowerCase())),
  ];
  if (found.length === 0) {
    return (
      <p className="hint">
        Files are attached from columns such as <code>image_path</code>, <code>audio_path</code> and{' '}
        <code>video_path</code>; this dataset has none.
      </p>
    );
  }
  const hasToken = TOKENS.some((token) => prompt.includes(token));
  return (
    <p className="hint">
      Files are attached from {found.map((name) => `“${name}”`).join(', ')}
      {hasToken ? ', each in place of its token.' : ', before the words; '}
      {!hasToken && (
        <>
          <code>&lt;image&gt;</code>, <code>&lt;audio&gt;</code> or <code>&lt;video&gt;</code> in the prompt
          says where instead.
        </>
      )}
    </p>
  );
}
