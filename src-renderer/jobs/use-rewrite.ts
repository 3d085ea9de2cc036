/** The instruction of a result while it is written anew. Its words are kept, by job, until they are accepted or given up. */
import { useCallback, useState } from 'react';

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
  const [drafts, setDrafts] = useState<ReadonlyMap<number, string>>(new Map());
  const [openOf, setOpenOf] = useState<number | null>(null);
  const jobId = job?.id ?? null;
  const open = useCallback(() => setOpenOf(jobId), [jobId]);

  const write = (id: number, text: string) => setDrafts((old) => new Map(old).set(id, text));
  const forget = (id: number) => setDrafts((old) => new Map([...old].filter(([other]) => other !== id)));
  return {
    isOpen: jobId !== null && openOf === jobId,
    text: job === null ? '' : (drafts.get(job.id) ?? job.instruction),
    open,
    close: () => setOpenOf(null),
    write: (text) => jobId !== null && write(jobId, text),
    giveUp() {
      setOpenOf(null);
      if (jobId !== null) {
        forget(jobId);
      }
    },
    async send(text) {
      if (jobId === null) {
        return;
      }
      setOpenOf(null);
      write(jobId, text);
      if (await rerun(text)) {
        forget(jobId);
      } else {
        setOpenOf(jobId);
      }
    },
  };
}
