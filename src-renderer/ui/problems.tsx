/** Why something could not be done, one sentence each, until it is closed. */
import { Notice } from './notice';

export function Problems({ problems, onClose }: { readonly problems: readonly string[]; onClose(): void }) {
  return problems.length === 0 ? null : (
    <Notice
      action={
        <button className="btn small" onClick={onClose} type="button">
          Close
        </button>
      }
      tone="bad"
    >
      {problems.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </Notice>
  );
}
