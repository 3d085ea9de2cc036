/** A run that a cap has paused: which one, and the caps to raise in place. */
import type { Caps, Run } from '@shared/model/run';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import type { RunControls } from '../../state/run-controls';
import { CapsFields } from '../../ui/caps-fields';
import { formatCount, formatUsd } from '../../ui/format';
import { Notice } from '../../ui/notice';

interface CapReachedProps {
  readonly run: Run;
  readonly controls: RunControls;
}

export function CapReached({ run, controls }: CapReachedProps) {
  const { backend, live } = useModel();
  const ofDay = useLive((state) => state.settings?.dayCaps ?? {});
  const [caps, setCaps] = useState<Caps>(run.options.caps ?? {});
  const [dayCaps, setDayCaps] = useState<Caps>(ofDay);
  const hasDayCaps = Object.keys(ofDay).length > 0;
  const isChanged = !isSame(caps, run.options.caps ?? {}) || !isSame(dayCaps, ofDay);
  const save = async () => {
    const saved = isSame(dayCaps, ofDay) || (await saveDayCaps());
    const isRaised =
      saved && (isSame(caps, run.options.caps ?? {}) || (await controls.setOptions({ caps })) !== undefined);
    if (isRaised) {
      controls.resume();
    }
  };
  const saveDayCaps = () =>
    controls.action.run(async () => {
      live.setState({ settings: await backend.client.settings.set({ dayCaps }) });
      return true;
    });
  const reason = run.state.kind === 'paused' ? run.state.reason : '';
  return (
    <form
      className="cap-reached"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Notice tone="warn">{reason}</Notice>
      <div className="fields">
        <CapsFields
          caps={caps}
          costHint={`${formatUsd(run.costUsd)} spent so far`}
          of="This run"
          onChange={setCaps}
          requestsHint={`${formatCount(run.requests)} sent so far`}
        />
        {hasDayCaps && (
          <CapsFields
            caps={dayCaps}
            costHint="over all runs of a day"
            of="Each day"
            onChange={setDayCaps}
            requestsHint="over all runs of a day"
          />
        )}
      </div>
      <div className="row">
        <span className="hint grow">Blank takes a cap away. A key’s own cap is under Endpoints.</span>
        <button className="btn primary" disabled={!isChanged || controls.action.isBusy} type="submit">
          Save and resume
        </button>
      </div>
    </form>
  );
}

function isSame(one: Caps, other: Caps): boolean {
  return one.costUsd === other.costUsd && one.requests === other.requests;
}
