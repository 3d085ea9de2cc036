/** A run's results with their pictures, for a command line: to the path it names, else beside the run's folder. */
import { basename, dirname, join } from 'node:path';
import { type ExportFilter, type ExportFormat, type ExportOptions, exportTarget } from '@shared/model/export';
import type { App } from '../../app';
import { type FinishedExport, writeExport } from './carry-out-export';
import type { Tell } from './progress-stream';

export interface RunExport {
  readonly runId: number;
  readonly format: ExportFormat;
  readonly filter: ExportFilter;
  readonly options: ExportOptions;
  /** Absolute: of the file, or of the new folder itself; null: beside the run's folder. */
  readonly path: string | null;
}

export async function exportRun(
  app: Pick<App, 'pictures' | 'runs'>,
  { runId, format, filter, options, path }: RunExport,
  how: { readonly version: string; readonly tell: Tell; readonly signal: AbortSignal },
): Promise<FinishedExport> {
  const { outputDir } = await app.runs.found(runId);
  const target = exportTarget(format, options);
  const wanted = path ?? defaultPath(outputDir, format, target.kind === 'file' ? `.${target.extension}` : '');
  const where =
    target.kind === 'file' ? { target: wanted } : { target: dirname(wanted), folderName: basename(wanted) };
  const source = { kind: 'run', runId, filter } as const;
  return writeExport(app.pictures.exportParts(how.version), { source, format, options, ...where }, how);
}

/** Not within the folder: what lies there is taken for results. */
function defaultPath(outputDir: string, format: ExportFormat, ending: string): string {
  const kind = format === 'pairs' ? 'pairs' : 'dataset';
  return join(dirname(outputDir), `${basename(outputDir)}-${kind}${ending}`);
}
