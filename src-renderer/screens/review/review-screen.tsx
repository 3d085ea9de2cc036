/** The review: instruction above, source and result large, a verdict per key, the neighbours below. */
import { rejectionReasons } from '@shared/model/review';
import type { ReviewSource } from '@shared/model/review';
import type { JobDetail, Run } from '@shared/model/run';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { CompareView } from '../../compare/compare-view';
import { JobCompare } from '../../compare/job-compare';
import { actsOf, useCompare } from '../../compare/use-compare';
import type { CompareState } from '../../compare/use-compare';
import { JOB_STATES, nameOfTile } from '../../jobs/job-words';
import { useLive, useModel } from '../../state/app-model';
import { useRunControls } from '../../state/run-controls';
import { keepShown, show } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { StartArena } from '../arena/start-arena';
import { RerunDialog } from '../runs/rerun-dialog';
import { editInStudio } from '../studio/edit-in-studio';
import { AnswerStage } from './answer-stage';
import { Filmstrip } from './filmstrip';
import { HeatMapButton, overlayOf, useHeatMap } from './heat-map';
import type { HeatMap } from './heat-map';
import { Instruction } from './review-instruction';
import { ReviewBadges } from './review-badges';
import { ReviewFoot } from './review-foot';
import { filterAfter, Measured, ReviewHead } from './review-head';
import { Reasons } from './review-reasons';
import type { ReviewSession } from './review-session';
import type { ReviewLook } from './review-sittings';
import { useReview } from './use-review';
import type { ReviewSitting } from './use-review';
import { useReviewKeys } from './use-review-keys';
import { useRewrite } from '../../jobs/use-rewrite';
import { useVersions } from '../../jobs/use-versions';
import type { Versions } from '../../jobs/use-versions';
import { VersionStrip } from '../../jobs/version-strip';
import './review.css';

interface ReviewScreenProps {
  readonly source: ReviewSource;
}

export function ReviewScreen({ source }: ReviewScreenProps) {
  const { ui } = useModel();
  const sitting = useReview(source);
  useEffect(() => keepShown(ui, source), [ui, source]);
  const heatMap = useHeatMap();
  const { state } = sitting;
  switch (state.kind) {
    case 'loading':
      return <p className="sr-only">Opening the review…</p>;
    case 'failed':
      return (
        <div className="empty">
          <p role="alert">{state.sentence}</p>
          <button className="btn" onClick={sitting.tryAgain} type="button">
            Try again
          </button>
        </div>
      );
    case 'ready':
      return (
        <Sitting
          heatMap={heatMap}
          look={sitting.look}
          onLook={sitting.lookAt}
          refusal={state.refusal}
          session={state.session}
          sitting={sitting}
          source={source}
        />
      );
  }
}

interface SittingProps extends ReviewScreenProps {
  readonly session: ReviewSession;
  /** Why it could not be listed anew; null: it was. */
  readonly refusal: string | null;
  readonly sitting: ReviewSitting;
  readonly look: ReviewLook;
  readonly heatMap: HeatMap;
  onLook(change: Partial<ReviewLook>): void;
}

/** What stands over the review. */
type Open = 'nothing' | 'rerun' | 'arena';

function Sitting({ source, session, refusal, sitting, look, heatMap, onLook }: SittingProps) {
  const { acts, details, failures, error, sum } = sitting;
  const model = useModel();
  const run = useLive((live) => (source.kind === 'run' ? live.runs.get(source.runId) : undefined)) ?? null;
  const isText = run?.recipe.task === 'text';
  const canCompareBlind = source.kind === 'run' && !isText;
  const reasons = rejectionReasons(isText);
  const compare = useCompare();
  const [open, setOpen] = useState<Open>('nothing');
  const noteField = useRef<HTMLInputElement>(null);
  const jobId = session.ids[session.at];
  const detail = jobId === undefined ? undefined : details.get(jobId);
  const failure = jobId === undefined || detail !== undefined ? undefined : failures.get(jobId);
  const rewrite = useRewrite(
    detail === undefined ? null : { id: detail.job.id, instruction: detail.instruction },
    acts.rerun,
  );
  const versions = useVersions(detail);
  const { looked, look: lookAt, lookOn } = versions;
  const resultId = detail?.result?.id;
  const { open: editInstruction } = rewrite;
  const keys = useMemo(
    () => ({
      acts,
      compare: actsOf(compare),
      reasons,
      editNote: () => noteField.current?.focus(),
      editInstruction,
      // An answer is no picture: nothing of it can be measured, painted on or laid beside another.
      editInStudio: () => void editInStudio(model, resultId === undefined || isText ? [] : [resultId]),
      toggleHeatMap: heatMap.toggle,
      toggleAdvance: () => acts.setAutoAdvance(!session.autoAdvance),
      toggleOrder: () => !isText && onLook({ order: look.order === 'suspicious' ? 'source' : 'suspicious' }),
      toggleSuspicious: () => !isText && onLook({ suspicion: look.suspicion === null ? 'any' : null }),
      stepFilter: (step: 1 | -1) => onLook({ filter: filterAfter(look.filter, step) }),
      compareBlind: canCompareBlind ? () => setOpen('arena') : null,
      nextVersion: () => !isText && lookOn(),
      takeVersionBack: () => looked !== null && acts.takeBack(looked.resultId),
      leaveVersion: () => {
        lookAt(null);
        return looked !== null;
      },
    }),
    [
      acts,
      compare,
      editInstruction,
      model,
      resultId,
      session.autoAdvance,
      heatMap,
      isText,
      reasons,
      look,
      onLook,
      canCompareBlind,
      looked,
      lookAt,
      lookOn,
    ],
  );
  useReviewKeys(keys);
  return (
    <div className="review">
      <ReviewHead
        acts={acts}
        look={look}
        onLook={onLook}
        run={run}
        session={session}
        source={source}
        sum={sum}
        title={`Review of ${run?.name ?? 'chosen results'}`}
      />
      {refusal !== null && <NotTold onAgain={sitting.tryAgain} sentence={refusal} />}
      {failure !== undefined && (
        <NotTold
          onAgain={() => jobId !== undefined && sitting.refresh(jobId)}
          sentence={`This result could not be loaded: ${failure}`}
        />
      )}
      {error !== null && <Notice tone="bad">{error}</Notice>}
      <Instruction
        detail={detail}
        onOther={() => {
          rewrite.close();
          setOpen('rerun');
        }}
        rewrite={rewrite}
      >
        <Measured look={look} sum={sum} />
      </Instruction>
      <Stage
        compare={compare}
        detail={detail}
        heatMap={heatMap}
        isEmpty={session.ids.length === 0}
        isText={isText}
        onUnreadable={sitting.unreadable.hear}
        versions={versions}
      >
        {session.ids.length === 0 && (
          <NothingLeft look={look} onLook={onLook} session={session} source={source} />
        )}
        <Reasons acts={acts} details={details} reasons={reasons} session={session} />
      </Stage>
      {!isText && <VersionStrip hasKeys onTakeBack={acts.takeBack} versions={versions} />}
      <ReviewFoot
        acts={acts}
        detail={detail}
        noteField={noteField}
        onEdit={keys.editInstruction}
        onRerun={() => void acts.rerun()}
        session={session}
        unsavedNote={jobId === undefined ? undefined : sitting.unsavedNotes.get(jobId)}
        {...(isText ? {} : { onStudio: keys.editInStudio })}
        {...(canCompareBlind ? { onArena: () => setOpen('arena') } : {})}
      />
      <Filmstrip acts={acts} details={details} session={session} />
      {open === 'arena' && source.kind === 'run' && (
        <StartArena onClose={() => setOpen('nothing')} runIds={[source.runId]} />
      )}
      {open === 'rerun' && detail !== undefined && (
        <OtherRerun detail={detail} onClose={() => setOpen('nothing')} />
      )}
    </div>
  );
}

function NotTold({ sentence, onAgain }: { readonly sentence: string; onAgain(): void }) {
  const again = (
    <button className="btn small" onClick={onAgain} type="button">
      Try again
    </button>
  );
  return (
    <Notice action={again} tone="bad">
      {sentence}
    </Notice>
  );
}

interface StageProps {
  readonly detail: JobDetail | undefined;
  readonly compare: CompareState;
  readonly heatMap: HeatMap;
  readonly versions: Versions;
  readonly isEmpty: boolean;
  readonly isText: boolean;
  readonly children: ReactNode;
  onUnreadable(url: string, isUnreadable: boolean): void;
}

function Stage(props: StageProps) {
  const { detail, compare, isEmpty, isText, children } = props;
  return (
    <div className="review-stage">
      {!isEmpty &&
        detail !== undefined &&
        (isText ? (
          <AnswerStage compare={compare} detail={detail} instead={<b>{instead(detail)}</b>} />
        ) : (
          <PictureStage {...props} detail={detail} />
        ))}
      {children}
    </div>
  );
}

function PictureStage(props: StageProps & { readonly detail: JobDetail }) {
  const { detail, compare, heatMap, versions, onUnreadable } = props;
  const { looked } = versions;
  return (
    <>
      {looked === null || detail.output === undefined ? (
        <JobCompare
          {...compare}
          detail={detail}
          instead={<b>{instead(detail)}</b>}
          onUnreadable={onUnreadable}
          overlay={overlayOf(heatMap, detail)}
          tools={<HeatMapButton detail={detail} map={heatMap} />}
        />
      ) : (
        <CompareView
          {...compare}
          alt={nameOfTile(detail.job)}
          onUnreadable={onUnreadable}
          pictures={[
            { url: looked.view, label: 'Earlier version', width: looked.width, height: looked.height },
            {
              url: detail.output,
              label: 'Now',
              width: detail.result?.width,
              height: detail.result?.height,
            },
          ]}
        />
      )}
      {looked === null && <ReviewBadges detail={detail} />}
    </>
  );
}

function instead({ job, failure }: JobDetail): string {
  return job.state === 'failed' && failure !== undefined
    ? `It failed: ${failure.message}`
    : job.state === 'pending' || job.state === 'leased' || job.state === 'sent'
      ? 'This result is being made again.'
      : JOB_STATES[job.state].word;
}

function NothingLeft({
  session,
  source,
  look,
  onLook,
}: Omit<SittingProps, 'sitting' | 'heatMap' | 'refusal'>) {
  const { ui } = useModel();
  const { counts } = session;
  const total = counts.accepted + counts.rejected + counts.unset;
  const isNarrowed = look.suspicion !== null;
  return (
    <div className="empty">
      <h2>
        {total === 0
          ? 'No results yet'
          : look.filter === 'unset' && !isNarrowed
            ? 'Everything is reviewed'
            : 'None of these'}
      </h2>
      <p>
        {total === 0
          ? 'What the run delivers can be reviewed while it is under way.'
          : `${formatCount(counts.accepted)} accepted, ${formatCount(counts.rejected)} rejected.`}
      </p>
      {total === 0 ? (
        <button
          className="btn"
          onClick={() =>
            show(ui, source.kind === 'run' ? { kind: 'runs', runId: source.runId } : { kind: 'gallery' })
          }
          type="button"
        >
          {source.kind === 'run' ? 'Back to the run' : 'Back to the gallery'}
        </button>
      ) : (
        <button className="btn" onClick={() => onLook({ filter: 'all', suspicion: null })} type="button">
          Show all {formatCount(total)}
        </button>
      )}
    </div>
  );
}

function OtherRerun({ detail, onClose }: { readonly detail: JobDetail; onClose(): void }) {
  const run = useLive((live) => live.runs.get(detail.job.runId));
  return run === undefined ? null : <OtherRerunOf detail={detail} onClose={onClose} run={run} />;
}

function OtherRerunOf(props: { readonly run: Run; readonly detail: JobDetail; onClose(): void }) {
  const { run, detail, onClose } = props;
  const controls = useRunControls(run);
  return (
    <RerunDialog
      controls={controls}
      onClose={onClose}
      run={run}
      target={{ which: { kind: 'jobs', jobIds: [detail.job.id] }, count: 1, what: detail.instruction }}
    />
  );
}
