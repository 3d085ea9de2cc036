/**
 * What is to be compared blind: models or endpoints of a run, the run with another one over the same rows, or results
 * chosen in the gallery among themselves.
 */
import type { ArenaKind, ArenaOffer, ArenaOffers, ArenaSource } from '@shared/model/arena';
import type { GallerySelection } from '@shared/model/gallery';
import { useEffect, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { pictureRunsNewestFirst } from '../../state/live-store';
import { sentenceOf } from '../../state/refusal';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { SelectField } from '../../ui/field';
import { runLabels } from '../../jobs/run-words';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import './arena.css';

const KINDS: Readonly<Record<ArenaKind, string>> = {
  model: 'Models',
  run: 'Runs',
  endpoint: 'Endpoints',
};

type StartArenaProps = { onClose(): void } & (
  | {
      /** The runs whose results are compared; more can be added. */
      readonly runIds: readonly number[];
    }
  | { readonly chosen: ChosenResults }
);

/** Results of the gallery: these are compared, and no others. */
interface ChosenResults {
  readonly selection: GallerySelection;
  readonly count: number;
}

export function StartArena(props: StartArenaProps) {
  const { onClose } = props;
  const { backend, ui } = useModel();
  const [other, setOther] = useState<number | null>(null);
  const [kind, setKind] = useState<ArenaKind | null>(null);
  const action = useAction();
  const compared: ArenaSource =
    'chosen' in props
      ? { selection: props.chosen.selection }
      : { runIds: other === null ? [...props.runIds] : [...props.runIds, other] };
  const state = useOffers(compared);
  const offers = state.kind === 'ready' ? state.offers : [];
  const chosen = offers.find((offer) => offer.kind === kind) ?? offers[0];
  const start = () =>
    void action.run(async () => {
      if (chosen !== undefined) {
        const arena = await backend.client.arena.create({ ...compared, kind: chosen.kind });
        onClose();
        show(ui, { kind: 'arena', arenaId: arena.id });
      }
    });
  return (
    <Dialog onClose={onClose} title="Compare blind">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <p className="hint">
          Two answers to the same row side by side, and you do not see whose they are. Your choices become win
          rates, and preference pairs for training.
        </p>
        {'chosen' in props ? (
          <p>
            Only among the <b className="num">{plural(props.chosen.count, 'selected result')}</b>.
          </p>
        ) : (
          <OtherRun onChange={setOther} runIds={props.runIds} value={other} />
        )}
        {state.kind === 'loading' && <p className="hint">Looking for rows with two answers…</p>}
        {state.kind === 'failed' && <Notice tone="bad">{state.sentence}</Notice>}
        {state.kind === 'ready' && state.why !== undefined && <Notice tone="info">{state.why}</Notice>}
        <fieldset className="plain stack">
          <legend className="sr-only">What is compared</legend>
          {offers.map((offer) => (
            <Offer
              isChosen={offer === chosen}
              key={offer.kind}
              offer={offer}
              onChoose={() => setKind(offer.kind)}
            />
          ))}
        </fieldset>
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <p>
          <button
            className="btn ghost small"
            onClick={() => {
              onClose();
              show(ui, { kind: 'arena', arenaId: null });
            }}
            type="button"
          >
            Earlier comparisons
          </button>
        </p>
        <DialogFoot
          action={chosen === undefined ? 'Compare' : `Compare ${plural(chosen.pairs, 'pair')}`}
          isDisabled={chosen === undefined || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

interface OfferProps {
  readonly offer: ArenaOffer;
  readonly isChosen: boolean;
  onChoose(): void;
}

function Offer({ offer, isChosen, onChoose }: OfferProps) {
  return (
    <label className="arena-offer">
      <input checked={isChosen} name="arena-kind" onChange={onChoose} type="radio" />
      <span className="grow">
        <b>{KINDS[offer.kind]}</b>
        <span className="hint">{sidesOf(offer)}</span>
      </span>
      <span className="num hint">{plural(offer.pairs, 'pair')}</span>
    </label>
  );
}

/** Of chosen results of the studio, every request is a run: not all of their names fit. */
const MOST_NAMED = 6;

function sidesOf({ sides }: ArenaOffer): string {
  const named = sides.slice(0, MOST_NAMED).map(({ label }) => label);
  const more = sides.length - named.length;
  return [...named, ...(more > 0 ? [`${formatCount(more)} more`] : [])].join(' / ');
}

interface OtherRunProps {
  readonly runIds: readonly number[];
  readonly value: number | null;
  onChange(runId: number | null): void;
}

function OtherRun({ runIds, value, onChange }: OtherRunProps) {
  const runs = useLive((live) => live.runs);
  const others = pictureRunsNewestFirst(runs).filter(
    ({ id, counts }) => !runIds.includes(id) && counts.done > 0,
  );
  const labelOf = runLabels(others);
  return others.length === 0 ? null : (
    <SelectField
      hint="Rows are matched by their index: another instruction, another model, another day."
      label="Compare with another run over the same rows"
      onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
      value={value ?? ''}
    >
      <option value="">None</option>
      {others.map((one) => (
        <option key={one.id} value={one.id}>
          {labelOf(one)} ({formatCount(one.counts.done)})
        </option>
      ))}
    </SelectField>
  );
}

type OfferState =
  | { readonly kind: 'loading' }
  | ({ readonly kind: 'ready' } & ArenaOffers)
  | { readonly kind: 'failed'; readonly sentence: string };

function useOffers(source: ArenaSource): OfferState {
  const { backend } = useModel();
  const [loaded, setLoaded] = useState<{ readonly key: string; readonly state: OfferState } | null>(null);
  const key = JSON.stringify(source);
  useEffect(() => {
    let isShown = true;
    const finish = (state: OfferState): void => {
      if (isShown) {
        setLoaded({ key, state });
      }
    };
    backend.client.arena.offers(JSON.parse(key) as ArenaSource).then(
      (offers) => finish({ kind: 'ready', ...offers }),
      (failure: unknown) => finish({ kind: 'failed', sentence: sentenceOf(failure) }),
    );
    return () => {
      isShown = false;
    };
  }, [backend, key]);
  return loaded?.key === key ? loaded.state : { kind: 'loading' };
}
