/** The instruction of a result while it is written anew. Its words are kept, by job, until they are accepted or given up. */
import { useCallback, useState } from 'react';
import { useStore } from 'zustand';
import { useModel } from '../state/app-model';
import { forgetRewrite, writeRewrite } from '../state/rewrites';

export interface Rewrite {
  readonly isOpen: boolean;
  readonly text: string;
  open(): void;
  /** Out of sight; what was written is there when it is opened again. */
  close(): void;
  write(text: string): void;
  giveUp(): void;
  /** Closed at once; open again, with its words, where they were refused. */
  send(text: string): Promise<void>;
}

export function useRewrite(
  job: { readonly id: number; readonly instruction: string } | null,
  rerun: (instruction: string) => Promise<boolean>,
): Rewrite {
  const { rewrites } = useModel();
  const [openOf, setOpenOf] = useState<number | null>(null);
  const jobId = job?.id ?? null;
  const draft = useStore(rewrites, (drafts) => (jobId === null ? undefined : drafts.get(jobId)));
  const open = useCallback(() => setOpenOf(jobId), [jobId]);

  return {
    isOpen: jobId !== null && openOf === jobId,
    text: draft ?? job?.instruction ?? '',
    open,
    close: () => setOpenOf(null),
    write: (text) => jobId !== null && writeRewrite(rewrites, jobId, text),
    giveUp() {
      setOpenOf(null);
      if (jobId !== null) {
        forgetRewrite(rewrites, jobId);
      }
    },
    async send(text) {
      if (jobId === null) {
        return;
      }
      setOpenOf(null);
      writeRewrite(rewrites, jobId, text);
      if (await rerun(text)) {
        forgetRewrite(rewrites, jobId);
      } else {
        setOpenOf(jobId);
      }
    },
  };
}
