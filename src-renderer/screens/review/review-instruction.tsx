/** The instruction above the pictures: read, or written anew for this one result. */
import type { JobDetail } from '@shared/model/run';
import { InstructionEditor } from '../../jobs/instruction-editor';

interface InstructionProps {
  readonly detail: JobDetail | undefined;
  readonly isEditing: boolean;
  onEdit(): void;
  /** Absent text: nothing is sent. */
  onDone(text?: string): void;
  /** Another model or size makes a run of its own. */
  onOther(): void;
}

export function Instruction({ detail, isEditing, onEdit, onDone, onOther }: InstructionProps) {
  if (detail === undefined) {
    return <p className="review-instruction" />;
  }
  return isEditing ? (
    <InstructionEditor key={detail.job.id} onDone={onDone} onOther={onOther} text={detail.instruction} />
  ) : (
    <p aria-live="polite" className="review-instruction" onDoubleClick={onEdit}>
      {detail.instruction}
    </p>
  );
}
