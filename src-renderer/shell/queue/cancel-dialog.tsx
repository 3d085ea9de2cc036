/** Asks how far a run is to be cancelled: waiting jobs only, or requests in flight, too. */
import type { Run } from '@shared/model/run';
import { useState } from 'react';
import { inFlight } from '../../jobs/job-words';
import type { CancelWhich } from '../../state/run-controls';
import { Dialog } from '../../ui/dialog';
import { plural } from '../../ui/format';

interface CancelDialogProps {
  readonly run: Run;
  onCancelRun(which: CancelWhich): void;
  onClose(): void;
}

export function CancelDialog({ run, onCancelRun, onClose }: CancelDialogProps) {
  const { pending } = run.counts;
  const flying = inFlight(run.counts);
  const [which, setWhich] = useState<CancelWhich>('pending');
  const isAll = which === 'all' && flying > 0;
  return (
    <Dialog onClose={onClose} title={`Cancel ${run.name}?`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onCancelRun(isAll ? 'all' : 'pending');
          onClose();
        }}
      >
        <p>What is done stays. Cancelled jobs can be put back later.</p>
        {flying > 0 && (
          <fieldset className="plain stack">
            <legend className="sr-only">What to cancel</legend>
            <label className="choice">
              <input
                checked={which === 'pending'}
                name="which"
                onChange={() => setWhich('pending')}
                type="radio"
              />
              <span>
                <b>Only waiting jobs</b>
                <span className="hint">
                  {plural(pending, 'job')} cancelled; {plural(flying, 'request')} in flight{' '}
                  {flying === 1 ? 'finishes' : 'finish'} and {flying === 1 ? 'is' : 'are'} saved.
                </span>
              </span>
            </label>
            <label className="choice">
              <input checked={which === 'all'} name="which" onChange={() => setWhich('all')} type="radio" />
              <span>
                <b>Requests in flight, too</b>
                <span className="hint">
                  {plural(flying, 'answer')} will be lost, and may be charged all the same. They are listed as
                  possibly charged.
                </span>
              </span>
            </label>
          </fieldset>
        )}
        <div className="dialog-foot">
          <button autoFocus className="btn" onClick={onClose} type="button">
            Keep the run
          </button>
          <button className="btn danger" type="submit">
            Cancel {isAll ? plural(pending + flying, 'job') : plural(pending, 'job')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
