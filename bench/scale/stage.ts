/** One stage in a process of its own: takes the scene by message, answers its figures, and ends. */
import process from 'node:process';
import { atMost, type Figure } from '../pool/figures';
import { peakRssMb, RSS_BAR_MB } from './gauges';
import { historyStage } from './history';
import { importStage } from './import-stage';
import { journalStage } from './journal-stage';
import { pagesStage } from './pages-stage';
import { killedStage, resumeStage } from './resume-stage';
import { runStage } from './run-stage';
import type { Scene } from './scene';
import { tablesStage } from './tables-stage';

/** `firstRequestAt`: what the mock saw since the stage began, milliseconds since 1970. */
export type Ask = (question: 'firstRequestAt') => Promise<number>;
export type Stage = (scene: Scene, ask: Ask) => Promise<readonly Figure[]>;

const STAGES: Readonly<Record<string, Stage>> = {
  import: importStage,
  run: runStage,
  history: historyStage,
  pages: pagesStage,
  journal: journalStage,
  resume: resumeStage,
  killed: killedStage,
  tables: tablesStage,
};

process.once('message', ({ name, scene }: { name: string; scene: Scene }) => {
  void carryOut(name, scene);
});

async function carryOut(name: string, scene: Scene): Promise<void> {
  const figures = await STAGES[name]?.(scene, ask);
  const all = [...(figures ?? []), atMost('peak RSS of the process, MB', peakRssMb(), RSS_BAR_MB, 0)];
  // A stage may leave its run under way.
  process.send?.({ figures: all }, () => process.exit());
}

function ask(question: string): Promise<number> {
  return new Promise((resolve) => {
    process.once('message', ({ answer }: { answer: number }) => resolve(answer));
    process.send?.({ question });
  });
}
