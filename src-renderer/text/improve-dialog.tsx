/** A text model rewrites an instruction for a picture model; the old one stays until the new one is taken. */
import { isDemoModel } from '@shared/demo';
import { Sparkles } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import type { ModelChoice } from '@shared/model/run';
import { openVault, useLive, useModel } from '../state/app-model';
import { likelyChoice } from '../state/served-models';
import { toast } from '../state/ui-store';
import { useAction } from '../state/use-action';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Notice } from '../ui/notice';
import { TextModelSelect } from './text-model-select';

interface ImproveProps {
  readonly instruction: string;
  /** Its pictures are looked at, too. */
  readonly jobId?: number | undefined;
  onAccept(instruction: string): void;
}

/** Where a key finds it. */
export const IMPROVE_CLASS = 'improve-instruction';

export function ImproveButton(props: ImproveProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        className={`btn small start ${IMPROVE_CLASS}`}
        disabled={props.instruction.trim() === ''}
        onClick={() => setOpen(true)}
        title="A text model says it in words that picture models follow better; you see both before you choose"
        type="button"
      >
        <Sparkles aria-hidden="true" size={13} />
        Improve my instruction…
      </button>
      {isOpen && <ImproveDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ImproveDialog({ instruction, jobId, onAccept, onClose }: ImproveProps & { onClose(): void }) {
  const model = useModel();
  const action = useAction();
  const likely = likelyChoice(
    'text',
    useLive((state) => state),
  );
  const [chosen, setChosen] = useState<ModelChoice | null>(null);
  const [proposal, setProposal] = useState<string | null>(null);
  const choice = chosen ?? likely;
  const ask = async () => {
    if (choice === undefined || !(isDemoModel(choice) || (await openVault(model)))) {
      return;
    }
    const answer = await action.run(() =>
      model.backend.client.text.improve({
        instruction,
        model: choice,
        ...(jobId === undefined ? {} : { jobId }),
      }),
    );
    if (answer !== undefined) {
      setProposal(answer.instruction);
    }
  };
  useOnce(() => void ask());
  const accept = () => {
    if (proposal !== null) {
      onAccept(proposal);
      toast(model.ui, 'Instruction replaced', { label: 'Undo', run: () => onAccept(instruction) });
      onClose();
    }
  };
  return (
    <Dialog className="wide" onClose={onClose} title="Improve my instruction">
      <div className="row improve-model">
        <TextModelSelect
          choice={choice}
          className="grow"
          needsPictures={jobId !== undefined}
          onChange={setChosen}
        />
        <button
          className="btn"
          disabled={action.isBusy || choice === undefined}
          onClick={() => void ask()}
          type="button"
        >
          {proposal === null && action.error === null ? 'Asking…' : 'Ask again'}
        </button>
      </div>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <div className="improve-pair">
        <Field label="As it is">
          {(wiring) => <textarea className="input" readOnly rows={8} value={instruction} {...wiring} />}
        </Field>
        <Field hint="May be changed before it is taken" label="Proposed">
          {(wiring) => (
            <textarea
              aria-busy={action.isBusy}
              className="input"
              onChange={(event) => setProposal(event.target.value)}
              placeholder={action.isBusy ? 'Asking the model…' : ''}
              rows={8}
              value={proposal ?? ''}
              {...wiring}
            />
          )}
        </Field>
      </div>
      <div className="dialog-foot">
        <button className="btn" onClick={onClose} type="button">
          Keep mine
        </button>
        <button
          className="btn primary"
          disabled={action.isBusy || proposal === null || proposal.trim() === ''}
          onClick={accept}
          type="button"
        >
          Use the proposal
        </button>
      </div>
    </Dialog>
  );
}

/** Opening the dialog is the wish to ask. */
function useOnce(act: () => void): void {
  const first = useEffectEvent(act);
  useEffect(() => {
    const timer = setTimeout(() => first(), 0);
    return () => clearTimeout(timer);
  }, []);
}
