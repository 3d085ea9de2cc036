/** The request being put together: pictures, words, settings, and the one button that sends it. */
import { useModel } from '../../state/app-model';
import { subjectOf } from '../../state/studio-draft';
import { ImproveButton } from '../../text/improve-dialog';
import { ComposerSettings } from './composer-settings';
import { askOf, sendNote, sendWords, variablesOf } from './composer-rules';
import { InputStrip } from './input-strip';
import { InstructionField } from './instruction-field';
import { sendDraft } from './studio-actions';
import { useAskContext, useStudioState } from './use-studio';
import type { StudioView } from './use-studio';
import { VariableFields } from './variable-fields';
import { Keys } from '../../ui/keys';

export function Composer({ view }: { readonly view: StudioView }) {
  const model = useModel();
  const context = useAskContext(view);
  const outcome = askOf(view.draft, context);
  const isSending = useStudioState((state) => state.isSending);
  const variables = variablesOf(view.draft);
  return (
    <section aria-label="Composer" className="composer">
      <div className="composer-work">
        <InputStrip view={view} />
        <InstructionField view={view} />
        <div className="composer-send">
          <button
            aria-keyshortcuts="Control+Enter"
            className="btn primary large"
            aria-disabled={isSending}
            disabled={outcome.kind === 'refused'}
            onClick={() => void sendDraft(model)}
            type="button"
          >
            {isSending ? 'Sending…' : sendWords(view.draft)} <Keys press="Ctrl+Enter" />
          </button>
          <p className="hint" id="studio-why-not" role="status">
            {outcome.kind === 'refused' ? outcome.sentence : sendNote(view.draft, context)}
          </p>
          <div className="row composer-words">
            <ImproveButton
              instruction={view.draft.instruction}
              jobId={jobOf(view)}
              onAccept={(instruction) => view.change({ instruction })}
            />
            <button
              aria-keyshortcuts="L"
              className="btn small"
              onClick={() => model.studio.setState({ dialog: { kind: 'library' } })}
              type="button"
            >
              Prompts… <Keys press="L" />
            </button>
          </div>
        </div>
      </div>
      {variables.length > 0 && <VariableFields names={variables} view={view} />}
      <ComposerSettings context={context} view={view} />
    </section>
  );
}

/** The job whose picture is edited, so that whoever rewrites the instruction can look at it. */
function jobOf({ draft, nodes }: StudioView): number | undefined {
  const subject = subjectOf(draft.inputs);
  const origin = subject === undefined ? undefined : nodes.get(subject.nodeId)?.origin;
  return origin?.kind === 'result' && origin.resultId !== undefined ? origin.jobId : undefined;
}
