/** The instruction above the pictures: read, or written anew for this one result; and which row it is of. */
import type { JobDetail } from '@shared/model/run';
import type { ReactNode } from 'react';
import { InstructionEditor } from '../../jobs/instruction-editor';
import type { Rewrite } from '../../jobs/use-rewrite';
import { useModel, useUi } from '../../state/app-model';
import { isPanelShown, togglePanel } from '../../state/ui-store';
import { rowWords } from './row-words';
import { keyWords } from '../../ui/keys';

interface InstructionProps {
  readonly detail: JobDetail | undefined;
  readonly rewrite: Rewrite;
  /** Another model or size makes a run of its own. */
  onOther(): void;
  /** Beside the row. */
  readonly children?: ReactNode;
}

export function Instruction(props: InstructionProps) {
  const { detail, children } = props;
  return (
    <div className="review-line">
      <Text {...props} />
      <div className="row review-about">
        {children}
        {detail !== undefined && <RowButton detail={detail} />}
      </div>
    </div>
  );
}

/** The rest of what is known of it stands in the inspector. */
function RowButton({ detail }: { readonly detail: JobDetail }) {
  const { ui } = useModel();
  const isOpen = useUi((state) => isPanelShown(state, 'right'));
  const words = rowWords(detail);
  return (
    <button
      aria-expanded={isOpen}
      aria-keyshortcuts="Control+Alt+B"
      className="btn ghost small clip"
      onClick={() => togglePanel(ui, 'right')}
      title={`${words}\n${isOpen ? 'Hide' : 'Show'} all that is known of it (${keyWords('Ctrl+Alt+B')})`}
      type="button"
    >
      {words}
    </button>
  );
}

function Text({ detail, rewrite, onOther }: InstructionProps) {
  if (detail === undefined) {
    return <p className="review-instruction" />;
  }
  return rewrite.isOpen ? (
    <InstructionEditor
      key={detail.job.id}
      onCancel={rewrite.giveUp}
      onOther={onOther}
      onSend={(text) => void rewrite.send(text)}
      onWrite={rewrite.write}
      text={rewrite.text}
    />
  ) : (
    <p aria-live="polite" className="review-instruction" onDoubleClick={rewrite.open}>
      {detail.instruction}
    </p>
  );
}
