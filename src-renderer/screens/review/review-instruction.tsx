/** The instruction above the pictures: read, or written anew for this one result. */
import type { JobDetail } from '@shared/model/run';
import { InstructionEditor } from '../../jobs/instruction-editor';
import type { Rewrite } from '../../jobs/use-rewrite';

interface InstructionProps {
  readonly detail: JobDetail | undefined;
  readonly rewrite: Rewrite;
  /** Another model or size makes a run of its own. */
  onOther(): void;
}

export function Instruction({ detail, rewrite, onOther }: InstructionProps) {
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
