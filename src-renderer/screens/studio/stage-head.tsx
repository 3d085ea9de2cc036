/** What the selected picture is and how it came about, always in sight; beside it what can be done with it. */
import type { TreeNode } from '@shared/model/studio';
import { useLive, useModel } from '../../state/app-model';
import { formatSeconds, formatUsd, plural } from '../../ui/format';
import { Pill } from '../../ui/pill';
import { RenameField } from '../../ui/rename-field';
import {
  driftWords,
  lockWords,
  maskWords,
  nameOf,
  pictureOf,
  resultOf,
  settingsWords,
  stateOf,
} from './node-words';
import { StageTools } from './stage-tools';
import { renameNode } from './studio-steps';
import { usePaintedNode, useStudioState } from './use-studio';
import type { StudioView } from './use-studio';

interface HeadProps {
  readonly node: TreeNode;
  readonly view: StudioView;
}

export function StageHead({ node, view }: HeadProps) {
  const model = useModel();
  const isRenaming = useStudioState(({ renaming }) => renaming?.kind === 'node' && renaming.id === node.id);
  const isMasking = usePaintedNode(view) !== undefined;
  const { word, tone } = stateOf(node);
  const instruction = resultOf(node)?.ask.instruction;
  const isNamed = node.name !== '';
  return (
    <header className="head studio-head">
      <div className="studio-title">
        {isRenaming ? (
          <RenameField
            label="Name of the picture"
            name={node.name}
            onDone={(name) => {
              model.studio.setState({ renaming: null });
              if (name !== null) {
                void renameNode(model, node, name);
              }
            }}
            placeholder={nameOf({ ...node, name: '' })}
          />
        ) : (
          <h1 className="clip" title={nameOf(node)}>
            {nameOf(node)}
          </h1>
        )}
        <Pill tone={tone}>{word}</Pill>
      </div>
      {/* The mask editor has keys and tools of its own. */}
      {isMasking ? (
        <span className="studio-painting">Paint what may change</span>
      ) : (
        <StageTools node={node} view={view} />
      )}
      {instruction !== undefined && (isNamed || instruction !== nameOf(node)) && (
        <p className="studio-instruction" title={instruction}>
          {instruction}
        </p>
      )}
      <Facts node={node} view={view} />
    </header>
  );
}

function Facts({ node, view }: HeadProps) {
  const models = useLive((state) => state.models);
  const origin = resultOf(node);
  const picture = pictureOf(node);
  const size = picture === undefined ? '' : `${picture.width} × ${picture.height}`;
  const notes = node.origin.kind === 'result' ? node.origin.sentNotes : node.origin.notes;
  if (origin === undefined) {
    return (
      <p className="hint studio-facts">
        <span>{size}</span>
        {notes?.map((note) => (
          <span key={note}>{note}</span>
        ))}
      </p>
    );
  }
  const { ask } = origin;
  const known = models.find(({ id, provider }) => id === ask.model.model && provider === ask.model.provider);
  const facts = [
    known?.label ?? ask.model.model,
    size,
    settingsWords(ask) === '' ? '' : `asked ${settingsWords(ask)}`,
    ask.inputs.length > 1 ? plural(ask.inputs.length, 'picture') : '',
    ask.turn === 'conversation' ? 'in conversation' : ask.inputs.length > 0 ? 'fresh edit' : '',
    maskWords(origin),
    lockWords(origin),
    driftWords(node) ?? '',
    // Nothing was waited for yet where the request has not left.
    origin.seconds === undefined || origin.seconds === 0 ? '' : formatSeconds(origin.seconds * 1000),
    origin.costUsd === undefined ? '' : formatUsd(origin.costUsd),
  ].filter((fact) => fact !== '');
  const others = ask.inputs.slice(1).flatMap(({ nodeId }) => view.nodes.get(nodeId) ?? []);
  return (
    <p className="hint studio-facts">
      <span>{facts.join(' · ')}</span>
      {others.length > 0 && <span>with {others.map((other) => `“${nameOf(other)}”`).join(', ')}</span>}
      {notes?.map((note) => (
        <span key={note}>{note}</span>
      ))}
      {origin.lockProblem !== undefined && <span className="studio-warn">{origin.lockProblem}</span>}
    </p>
  );
}
